using System.Runtime.InteropServices;

namespace Miwv.Scoring.Passes;

/// <summary>Fills a <see cref="TokenTable"/>: texts are tokenized in parallel and written in order.</summary>
public static class TokenTableBuilder
{
    private const int Block = 256;

    /// <param name="count">Number of texts.</param>
    /// <param name="tokenize">Appends the tokens of text i; called from several threads.</param>
    /// <param name="scratchPath">File that holds the tokens until the table is disposed.</param>
    /// <param name="done">Called with the number of texts finished.</param>
    public static TokenTable Build(int count, Action<int, List<int>> tokenize, string scratchPath, int threads, Action<int>? done, CancellationToken cancel)
    {
        var starts = new long[count + 1];
        using (var stream = new FileStream(scratchPath, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            int workers = Math.Max(1, threads);
            var buffers = new List<int>[workers];
            var lengths = new int[workers * Block];
            for (int i = 0; i < workers; i++) buffers[i] = [];
            for (int from = 0; from < count; from += workers * Block)
            {
                cancel.ThrowIfCancellationRequested();
                int round = from;
                Workers.Run(workers, worker =>
                {
                    var buffer = buffers[worker];
                    buffer.Clear();
                    int first = round + worker * Block, last = Math.Min(count, first + Block);
                    for (int text = first; text < last; text++)
                    {
                        int before = buffer.Count;
                        tokenize(text, buffer);
                        lengths[text - round] = buffer.Count - before;
                    }
                });
                for (int worker = 0; worker < workers; worker++)
                    stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(buffers[worker])));
                int end = Math.Min(count, from + workers * Block);
                for (int text = from; text < end; text++)
                    starts[text + 1] = starts[text] + lengths[text - from];
                done?.Invoke(end);
            }
        }
        return new TokenTable(scratchPath, starts);
    }
}
