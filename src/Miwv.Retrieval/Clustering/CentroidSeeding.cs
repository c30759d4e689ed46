namespace Miwv.Retrieval;

/// <summary>k-means++ on a random sample of rows: each further centroid is drawn with a probability that grows with the squared distance to those before.</summary>
internal static class CentroidSeeding
{
    private const int SampleRowsPerCluster = 32;

    /// <summary>Rows to start from, all with different vectors as long as the sample has them.</summary>
    internal static int[] Choose(EmbeddingStore store, int[] rows, int clusters, int seed, ParallelOptions parallel)
    {
        var random = new Random(seed);
        int[] sample = [.. rows];
        random.Shuffle(sample);
        sample = sample[..(int)Math.Min(sample.Length, (long)clusters * SampleRowsPerCluster)];

        var chosen = new int[clusters];
        var taken = new bool[sample.Length];
        var nearest = new double[sample.Length];
        Array.Fill(nearest, double.PositiveInfinity);
        int next = 0;
        for (int cluster = 0; cluster < clusters; cluster++)
        {
            (chosen[cluster], taken[next]) = (sample[next], true);
            int center = sample[next];
            Parallel.For(0, (sample.Length + 255) / 256, parallel, chunk =>
            {
                for (int s = chunk * 256; s < Math.Min(sample.Length, (chunk + 1) * 256); s++)
                    nearest[s] = Math.Min(nearest[s], Math.Max(0, store.Cosine(center, center) + store.Cosine(sample[s], sample[s]) - 2 * store.Cosine(center, sample[s])));
            });
            next = Draw(nearest, taken, random.NextDouble());
        }
        return chosen;
    }

    private static int Draw(double[] weights, bool[] taken, double uniform)
    {
        double total = 0;
        for (int s = 0; s < weights.Length; s++)
            total += taken[s] ? 0 : weights[s];
        double target = uniform * total;
        int last = Array.IndexOf(taken, false);
        for (int s = 0; s < weights.Length; s++)
        {
            if (taken[s] || weights[s] == 0)
                continue;
            last = s;
            target -= weights[s];
            if (target < 0)
                break;
        }
        return Math.Max(0, last);
    }
}
