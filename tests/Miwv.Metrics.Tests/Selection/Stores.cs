using Miwv.Retrieval;

namespace Miwv.Metrics.Tests.Selection;

/// <summary>Small embedding stores for selector tests; the files go with the object.</summary>
internal sealed class Stores : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("miwv-selectors");
    private int count;

    public EmbeddingStore Of(float[][] vectors, StoreType type = StoreType.F32)
    {
        string path = Path.Combine(folder.FullName, $"{count++}.miwv");
        using (var writer = EmbeddingStoreWriter.Create(path, vectors[0].Length, vectors.Length, type, "test"))
        {
            foreach (float[] vector in vectors) writer.Append(vector);
            writer.Complete();
        }
        return EmbeddingStore.Open(path, "test");
    }

    public static float[][] Random(int rows, int dimension, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, dimension).Select(_ => (float)(random.NextDouble() - 0.4)).ToArray())];
    }

    public static int[] All(EmbeddingStore store) => [.. Enumerable.Range(0, store.Count)];

    public void Dispose() => folder.Delete(recursive: true);
}
