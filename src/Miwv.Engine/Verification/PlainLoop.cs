using Miwv.Llama;

namespace Miwv.Engine.Verification;

/// <summary>
/// The loop everybody writes: one sequence at a time, all logits of the scored positions copied to the host by the library, log-softmax
/// there. What `miwv verify`, the tests and the speed ratio hold the waves against; it shares the binding with them and nothing else.
/// </summary>
public sealed class PlainLoop : IDisposable
{
    private const int Ubatch = 512;
    private readonly LlamaContext context;
    private readonly DecodeBatch batch;
    private readonly ParallelOptions workers;
    private double[] logProbs = [];

    /// <param name="longest">Tokens of the longest sequence.</param>
    /// <param name="exact">Flash attention off and f32 cache, as the engine's --exact.</param>
    public PlainLoop(LlamaModel model, int longest, int threads, bool exact, FlashAttention flashAttention = FlashAttention.Auto)
    {
        context = new LlamaContext(model, new ContextOptions
        {
            Cells = longest,
            Batch = longest,
            Ubatch = Math.Min(Ubatch, longest),
            Threads = threads,
            FlashAttention = exact ? FlashAttention.Off : flashAttention,
            CacheType = exact ? CacheType.F32 : CacheType.F16,
        });
        batch = new DecodeBatch(longest);
        workers = new ParallelOptions { MaxDegreeOfParallelism = threads };
    }

    /// <summary>Minus the sum of the natural log-probs of tokens[from..], each given all before it. Nats.</summary>
    public double Nll(int[] tokens, int from) => Nll(tokens, [(from, tokens.Length)])[0];

    /// <summary>The same for several spans [From, To) of one sequence, in order, by one decode.</summary>
    public double[] Nll(int[] tokens, IReadOnlyList<(int From, int To)> spans)
    {
        context.Clear();
        batch.Clear();
        for (int i = 0; i < tokens.Length; i++)
            batch.Add(tokens[i], i, 0, 1, output: spans.Any(span => i >= span.From - 1 && i < span.To - 1));
        context.Decode(batch);
        context.Synchronize();
        if (logProbs.Length < tokens.Length) logProbs = new double[tokens.Length];
        // the first call makes the library put its rows in order; after it they may be read from several threads
        _ = context.LogitsOf(spans[0].From - 1);
        var sums = new double[spans.Count];
        for (int i = 0; i < sums.Length; i++)
        {
            var (from, to) = spans[i];
            Parallel.For(from, to, workers, at => logProbs[at] = LogProb(context.LogitsOf(at - 1), tokens[at]));
            for (int at = from; at < to; at++) sums[i] -= logProbs[at];
        }
        return sums;
    }

    private static double LogProb(ReadOnlySpan<float> logits, int target)
    {
        float largest = float.NegativeInfinity;
        foreach (float logit in logits) largest = Math.Max(largest, logit);
        double sum = 0;
        foreach (float logit in logits) sum += Math.Exp(logit - largest);
        return logits[target] - largest - Math.Log(sum);
    }

    public void Dispose()
    {
        context.Dispose();
        batch.Dispose();
    }
}
