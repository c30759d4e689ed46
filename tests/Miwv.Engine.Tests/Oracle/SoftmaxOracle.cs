using Miwv.Llama;

namespace Miwv.Engine.Tests.Oracle;

/// <summary>A model's own logits, row by row, with fp64 softmax: nothing of the engine but the binding.</summary>
internal sealed class SoftmaxOracle : IDisposable
{
    private readonly LlamaContext context;
    private readonly DecodeBatch batch;

    public SoftmaxOracle(LlamaModel model)
    {
        (Vocabulary, int window) = (model.Vocabulary, model.TrainedContext);
        context = new LlamaContext(model, new ContextOptions { Cells = window, Batch = window, Threads = 1, FlashAttention = FlashAttention.Off, CacheType = CacheType.F32 });
        batch = new DecodeBatch(window);
    }

    public Vocabulary Vocabulary { get; }

    /// <summary>What stands before every sequence.</summary>
    public int[] Bos => Vocabulary.AddsBos ? [Vocabulary.Bos] : [];

    /// <summary>Of each token behind the context: NLL and entropy of its prediction, nats.</summary>
    public (double Nll, double Entropy)[] Tokens(int[] before, int[] scored) => [.. Logits(before, scored).Select((logits, i) =>
    {
        double most = logits.Max(), sum = logits.Sum(x => Math.Exp(x - most)), log = most + Math.Log(sum);
        return (log - logits[scored[i]], -logits.Sum(x => Math.Exp(x - log) * (x - log)));
    })];

    /// <summary>Mean NLL of the tokens behind a context.</summary>
    public double Loss(int[] before, int[] scored) => Tokens(before, scored).Average(token => token.Nll);

    /// <summary>Softmax over the digits lowest to highest alone, where the next token would stand.</summary>
    public double[] Digits(int lowest, int highest, params string[] pieces)
    {
        double[] logits = Logits([.. Bos, .. pieces.SelectMany(piece => Vocabulary.Tokenize(piece))], [0])[0];
        double[] weights = [.. Enumerable.Range(lowest, highest - lowest + 1).Select(digit => Math.Exp(logits[Vocabulary.Tokenize($"\n{digit}")[^1]]))];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    public void Dispose()
    {
        context.Dispose();
        batch.Dispose();
    }

    private double[][] Logits(int[] before, int[] scored)
    {
        int[] tokens = [.. before, .. scored];
        context.Clear();
        batch.Clear();
        for (int i = 0; i < tokens.Length; i++) batch.Add(tokens[i], i, 0, 1, output: i >= before.Length - 1 && i < tokens.Length - 1);
        context.Decode(batch);
        context.Synchronize();
        return [.. Enumerable.Range(0, scored.Length).Select(i => context.LogitsOf(before.Length - 1 + i).ToArray().Select(x => (double)x).ToArray())];
    }
}
