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

    /// <param name="batchTokens">Most tokens of one decode; no text may be longer, for pooling sees one decode only.</param>
    /// <exception cref="UserException">The model cannot embed.</exception>
    public TextEmbedder(LlamaModel model, bool languageModel, int batchTokens, int threads)
    {
        context = new LlamaContext(model, new ContextOptions
        {
            Cells = batchTokens,
            Batch = batchTokens,
            Threads = threads,
            Embeddings = true,
            Pooling = languageModel ? Pooling.Mean : Pooling.FromModel,
            Sequences = MaxTexts,
        });
        if (context.Pooling is Pooling.None or Pooling.FromModel)
        {
            context.Dispose();
            context = new LlamaContext(model, new ContextOptions
            {
                Cells = batchTokens, Batch = batchTokens, Threads = threads, Embeddings = true, Pooling = Pooling.Mean, Sequences = MaxTexts,
            });
        }
        Pooling = context.Pooling;
        Dimension = model.EmbeddingSize;
        batch = new DecodeBatch(batchTokens);
        // the head's product over the whole vocabulary would be computed for every token and thrown away
        if (languageModel) tap = new GraphTap(context, MaxTexts, skipHead: true);
    }

    public int Dimension { get; }
    public Pooling Pooling { get; }

    /// <summary>Starts a new batch.</summary>
    public void Begin() => batch.Clear();

    /// <summary>Adds a text as sequence <paramref name="text"/> of the batch.</summary>
    public void Add(int text, ReadOnlySpan<int> tokens)
    {
        for (int i = 0; i < tokens.Length; i++) batch.Add(tokens[i], i, text, 1, output: true);
    }

    /// <summary>Computes the batch.</summary>
    /// <exception cref="DecodeException">The library failed.</exception>
    public void Run()
    {
        context.Clear();
        context.Decode(batch);
        context.Synchronize();
    }

    /// <summary>The embedding [Dimension] of a text of the last batch, not normalised.</summary>
    public ReadOnlySpan<float> Vector(int text)
    {
        var vector = context.EmbeddingOf(text);
        return vector.Length > 0 ? vector : throw new InvalidOperationException($"the library has no embedding for sequence {text}");
    }

    public void Dispose()
    {
        context.Dispose();
        tap?.Dispose();
        batch.Dispose();
    }
}
