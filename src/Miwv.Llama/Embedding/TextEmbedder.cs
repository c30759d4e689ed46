using Miwv.Data;
using Miwv.Llama.Tap;

namespace Miwv.Llama.Embedding;

/// <summary>
/// Pooled embeddings of token sequences, several in one decode. The pooling is the GGUF's; a model that names none, such as a
/// language model, gives the mean of its last hidden states (MIWV paper, eq. 1-2).
/// </summary>
public sealed class TextEmbedder : IDisposable
{
    /// <summary>Most texts of one decode.</summary>
    public const int MaxTexts = 64;

    private readonly LlamaContext context;
    private readonly GraphTap? tap;
    private readonly DecodeBatch batch;
    private readonly List<int> tokens = [], ends = [];
    private float[] vectors = [];

    /// <param name="languageModel">It has a next-token head, which is left out.</param>
    /// <param name="batchTokens">Most tokens of one decode; no text may be longer, for pooling sees one decode only.</param>
    /// <param name="exact">Without flash attention, and with keys and values in f32.</param>
    /// <exception cref="UserException">The model cannot embed.</exception>
    public TextEmbedder(LlamaModel model, bool languageModel, bool exact, int batchTokens, int threads)
    {
        // the library tries its graph with tokens for all sequences alike, and stops the process if they do not divide the batch
        batchTokens = (batchTokens + MaxTexts - 1) / MaxTexts * MaxTexts;
        (context, tap) = Make(model, languageModel, exact, batchTokens, threads, Pooling.FromModel);
        if (context.Pooling is Pooling.None or Pooling.FromModel)
        {
            context.Dispose();
            tap?.Dispose();
            (context, tap) = Make(model, languageModel, exact, batchTokens, threads, Pooling.Mean);
        }
        Pooling = context.Pooling;
        Dimension = model.EmbeddingSize;
        batch = new DecodeBatch(batchTokens);
    }

    public int Dimension { get; }
    public Pooling Pooling { get; }

    /// <summary>Texts of the batch.</summary>
    public int Count => ends.Count;

    /// <summary>Starts a new batch.</summary>
    public void Begin()
    {
        tokens.Clear();
        ends.Clear();
    }

    /// <summary>Adds the next text of the batch; the first is text 0.</summary>
    public void Add(ReadOnlySpan<int> text)
    {
        tokens.AddRange(text);
        ends.Add(tokens.Count);
    }

    /// <summary>Computes the batch. A text whose vector is not a number leaves the others as they would be without it.</summary>
    /// <exception cref="DecodeException">The library failed.</exception>
    public void Run()
    {
        if (vectors.Length < ends.Count * Dimension) vectors = new float[ends.Count * Dimension];
        Compute(0, ends.Count);
        if (AllFinite()) return;
        // such a value spreads to whatever shares the cache, even from forgotten cells: once more in a clean one, then each by itself
        context.Wipe();
        Compute(0, ends.Count);
        for (int text = 0; text < ends.Count; text++)
        {
            if (IsFinite(text)) continue;
            context.Wipe();
            Compute(text, text + 1);
        }
        context.Wipe();
    }

    /// <summary>The embedding [Dimension] of a text of the last batch, not normalised; not finite if the model's numbers broke.</summary>
    public ReadOnlySpan<float> Vector(int text) => vectors.AsSpan(text * Dimension, Dimension);

    /// <summary>True if the text's vector holds numbers only.</summary>
    public bool IsFinite(int text) => !Vector(text).ContainsAnyExceptInRange(float.MinValue, float.MaxValue);

    private static (LlamaContext, GraphTap?) Make(LlamaModel model, bool languageModel, bool exact, int batchTokens, int threads, Pooling pooling)
    {
        // the head's product over the whole vocabulary would be computed for every token and thrown away
        var tap = languageModel ? new GraphTap(MaxTexts, skipHead: true) : null;
        try
        {
            return (new LlamaContext(model, new ContextOptions
            {
                Cells = batchTokens, Batch = batchTokens, Threads = threads, Embeddings = true, Pooling = pooling, Sequences = MaxTexts,
                FlashAttention = exact ? FlashAttention.Off : FlashAttention.Auto, CacheType = exact ? CacheType.F32 : CacheType.F16,
            }, tap), tap);
        }
        catch
        {
            tap?.Dispose();
            throw;
        }
    }

    private bool AllFinite() => Enumerable.Range(0, ends.Count).All(IsFinite);

    private void Compute(int from, int to)
    {
        batch.Clear();
        for (int text = from, at = from == 0 ? 0 : ends[from - 1]; text < to; text++)
            for (int position = 0; at < ends[text]; at++, position++)
                batch.Add(tokens[at], position, text - from, 1, output: true);
        context.Clear();
        context.Decode(batch);
        context.Synchronize();
        for (int text = from; text < to; text++)
        {
            var vector = context.EmbeddingOf(text - from);
            if (vector.IsEmpty) throw new InvalidOperationException($"the library has no embedding for sequence {text - from}");
            vector.CopyTo(vectors.AsSpan(text * Dimension));
        }
    }

    public void Dispose()
    {
        context.Dispose();
        tap?.Dispose();
        batch.Dispose();
    }
}
