namespace Miwv.Metrics.Selection.Vectors;

/// <summary>Work on all places, cut into the same chunks whatever the number of threads, so that sums and ties do not depend on it.</summary>
internal static class RowChunks
{
    public const int Size = 512;

    public static int Count(int places) => (places + Size - 1) / Size;

    /// <param name="body">Chunk number, first place, end.</param>
    public static void Run(int places, int threads, Action<int, int, int> body, CancellationToken cancel) =>
        Parallel.For(0, Count(places), new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancel },
            chunk => body(chunk, chunk * Size, Math.Min(places, (chunk + 1) * Size)));
}
