namespace Miwv.Retrieval.Tests;

/// <summary>Test data: raw vectors of the kinds that break neighbour searches.</summary>
internal static class Vectors
{
    internal static float[][] Random(int rows, int dimension, int seed)
    {
        var random = new Random(seed);
        return Make(rows, _ => Gaussian(random, dimension));
    }

    internal static float[][] Clustered(int rows, int dimension, int clusters, double spread, int seed)
    {
        var random = new Random(seed);
        float[][] centers = Make(clusters, _ => Gaussian(random, dimension));
        return Make<float[]>(rows, _ =>
        {
            float[] center = centers[random.Next(clusters)], noise = Gaussian(random, dimension);
            return [.. center.Select((x, d) => x + (float)(spread * noise[d]))];
        });
    }

    /// <summary>Clusters in few latent dimensions, mapped to many: the shape of text embeddings.</summary>
    internal static float[][] LowDimensional(int rows, int dimension, int latent, int clusters, int seed)
    {
        float[][] inner = Clustered(rows, latent, clusters, 0.5, seed), map = Random(latent, dimension, seed + 1);
        return Make<float[]>(rows, r => [.. Enumerable.Range(0, dimension).Select(d => inner[r].Select((z, l) => z * map[l][d]).Sum())]);
    }

    /// <summary>Few different vectors, many copies, some zero rows.</summary>
    internal static float[][] DuplicateHeavy(int rows, int dimension, int different, int seed)
    {
        var random = new Random(seed);
        float[][] basis = [.. Random(different, dimension, seed + 1), new float[dimension]];
        return Make(rows, _ => basis[random.Next(basis.Length)]);
    }

    /// <summary>Components -1, 0 or 1: many exactly equal cosines between different vectors.</summary>
    internal static float[][] Lattice(int rows, int dimension, int seed)
    {
        var random = new Random(seed);
        return Make(rows, _ => Make(dimension, _ => (float)random.Next(-1, 2)));
    }

    internal static EmbeddingStore Store(string path, float[][] vectors, StoreType type = StoreType.F32, string key = "test")
    {
        using (var writer = EmbeddingStoreWriter.Create(path, vectors.Length == 0 ? 3 : vectors[0].Length, vectors.Length, type, key))
        {
            foreach (float[] vector in vectors)
                writer.Append(vector);
            writer.Complete();
        }
        return EmbeddingStore.Open(path, key);
    }

    private static T[] Make<T>(int count, Func<int, T> make) => [.. Enumerable.Range(0, count).Select(make)];

    private static float[] Gaussian(Random random, int dimension) =>
        Make(dimension, _ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
}
