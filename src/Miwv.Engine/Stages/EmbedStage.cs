using System.Diagnostics;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Rows;
using Miwv.Engine.Runs;
using Miwv.Llama;
using Miwv.Llama.Embedding;
using Miwv.Retrieval;
using Miwv.Scoring;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Stages;

/// <summary>
/// Rows to vectors in the store. Decodes are laid out by the rows alone and always begin at the same rows, so that a resumed stage
/// gives the same bits; a row whose text an earlier row has gets a copy of that vector, so that ties between them are exact.
/// </summary>
internal sealed class EmbedStage : IDisposable
{
    private const int BatchTokens = 512, MostContexts = 4;

    // of all contexts together: where texts are long, one context takes gigabytes
    private const int TokensAtOnce = EmbeddingWindow.Most;

    private readonly RowFile rows;
    private readonly IProgress<StageProgress>? progress;
    private readonly TokenTable texts;
    private readonly int[] first;
    private readonly List<TextEmbedder> embedders = [];
    private readonly EmbeddingStoreWriter writer;
    private readonly int batchTokens;
    private int broken;
    private bool hasNumbers;
    private long lastFlush = Stopwatch.GetTimestamp();

    private EmbedStage(RowFile rows, TokenTable texts, LlamaModel model, EmbeddingOptions options, string path, StoreType type, string sourceKey, int threads, IProgress<StageProgress>? progress)
    {
        this.rows = rows;
        this.texts = texts;
        this.progress = progress;
        first = EqualTexts.FirstRows(texts, out int longest);
        batchTokens = Math.Max(BatchTokens, longest);
        int contexts = Math.Clamp(Math.Min(threads, TokensAtOnce / batchTokens), 1, MostContexts);
        try
        {
            for (int i = 0; i < contexts; i++) embedders.Add(new TextEmbedder(model, options.IsLanguageModel, options.Exact, batchTokens, Math.Max(1, threads / contexts)));
            writer = EmbeddingStoreWriter.Resume(path, model.EmbeddingSize, rows.CountWithDemonstrations, type, sourceKey);
        }
        catch (Exception e)
        {
            embedders.ForEach(embedder => embedder.Dispose());
            if (LibraryFailure.Is(e)) throw new UserException($"{model.Path}: cannot embed with this library: {e.Message}; name another model with -e", e);
            if (e is not ContextException) throw;
            throw new UserException($"{e.Message.Split(';')[0]}; the longest text to embed has {longest} tokens; name an embedding model that sees fewer with -e", e);
        }
    }

    /// <summary>Fills the run's store, or goes on filling it.</summary>
    /// <param name="parameters">Of the model, for the account of what embedding cost.</param>
    public static void Run(RowFile rows, RowFacts facts, LlamaModel model, EmbeddingOptions options, long parameters, RunDirectory directory, StoreType type, string sourceKey, int threads, IProgress<StageProgress>? progress, CancellationToken cancel)
    {
        using var texts = Tokenize(rows, facts, model, options.Window, directory, threads, progress, cancel);
        using var stage = new EmbedStage(rows, texts, model, options, directory.EmbeddingsFile, type, sourceKey, threads, progress);
        CostOf(texts, stage.first, parameters).Write(directory.EmbeddingComputeFile);
        stage.Fill(cancel);
    }

    /// <summary>What filling the store takes, all rows of it.</summary>
    public static ModelCompute Cost(RowFile rows, RowFacts facts, LlamaModel model, int window, long parameters, RunDirectory directory, int threads, CancellationToken cancel)
    {
        using var texts = Tokenize(rows, facts, model, window, directory, threads, null, cancel);
        return CostOf(texts, EqualTexts.FirstRows(texts, out _), parameters);
    }

    private static ModelCompute CostOf(TokenTable texts, int[] first, long parameters) =>
        new("embed", parameters, Enumerable.Range(0, first.Length).Sum(row => first[row] == row ? (long)texts.Length(row) : 0));

    private static TokenTable Tokenize(RowFile rows, RowFacts facts, LlamaModel model, int window, RunDirectory directory, int threads, IProgress<StageProgress>? progress, CancellationToken cancel)
    {
        var encoder = new EmbeddingText(model.Vocabulary, window);
        return TokenTableBuilder.Build(rows.CountWithDemonstrations, (i, tokens) =>
        {
            if (!facts.Errors.ContainsKey(i)) encoder.Encode(rows.Read(i).EmbeddingText, tokens);
        }, directory.EmbeddedTokensFile, threads, done => progress?.Report(new("tokenize", done, rows.CountWithDemonstrations, "rows")), cancel);
    }

    private void Fill(CancellationToken cancel)
    {
        int kept = writer.Count;
        hasNumbers = kept > FiniteWatch.MostBroken; // so many rows without one end a run, unless copies or texts without tokens are among them: then it goes on as one with numbers
        long done = 0, keptTokens = 0;
        var round = new List<(int From, int To)>(embedders.Count);
        for (int from = 0; from < rows.CountWithDemonstrations;)
        {
            cancel.ThrowIfCancellationRequested();
            round.Clear();
            while (from < rows.CountWithDemonstrations && round.Count < embedders.Count)
            {
                int to = BatchEnd(from);
                for (int i = from; i < to; i++) done += texts.Length(i);
                if (to > kept) round.Add((from, to));
                else keptTokens = done;
                from = to;
            }
            Workers.Run(round.Count, k => Compute(embedders[k], round[k].From, round[k].To));
            for (int k = 0; k < round.Count; k++) Append(embedders[k], round[k].From, round[k].To, kept);
            progress?.Report(new("embed", done, texts.TotalTokens, "tokens", from, keptTokens));
        }
        writer.Complete();
    }

    // Rows [from, end) whose new texts fit one decode.
    private int BatchEnd(int from)
    {
        int tokens = 0, count = 0, to = from;
        for (; to < rows.CountWithDemonstrations; to++)
        {
            if (!IsNew(to)) continue;
            if (count == TextEmbedder.MaxTexts || tokens + texts.Length(to) > batchTokens) break;
            tokens += texts.Length(to);
            count++;
        }
        return to;
    }

    private bool IsNew(int row) => first[row] == row && texts.Length(row) > 0;

    private void Compute(TextEmbedder embedder, int from, int to)
    {
        embedder.Begin();
        for (int i = from; i < to; i++)
            if (IsNew(i)) embedder.Add(texts[i]);
        try
        {
            if (embedder.Count > 0) embedder.Run();
        }
        catch (DecodeException e)
        {
            throw new UserException($"rows {from} to {to - 1} could not be embedded: {e.Message}; finished vectors are kept, go on with --resume", e);
        }
    }

    private void Append(TextEmbedder embedder, int from, int to, int kept)
    {
        var zero = new float[embedder.Dimension];
        for (int i = from, text = 0; i < to; i++)
        {
            int sequence = IsNew(i) ? text++ : -1;
            if (i < kept) continue;
            if (sequence < 0 && texts.Length(i) > 0) writer.AppendCopy(first[i]);
            else if (sequence < 0) writer.Append(zero);
            else
            {
                // a vector that is not a number is nobody's neighbour, like one of an unknown text
                bool finite = embedder.IsFinite(sequence);
                hasNumbers |= finite;
                if (!hasNumbers && ++broken == FiniteWatch.MostBroken)
                    throw new UserException($"the embedding model gives no number (NaN or infinite values) for any of the first {broken} texts, each decoded by itself: its file is damaged or its values overflow; name another with -e");
                writer.Append(finite ? embedder.Vector(sequence) : zero);
            }
        }
        if (Stopwatch.GetElapsedTime(lastFlush) < TimeSpan.FromSeconds(1)) return;
        writer.Flush();
        lastFlush = Stopwatch.GetTimestamp();
    }

    public void Dispose()
    {
        writer.Dispose();
        embedders.ForEach(embedder => embedder.Dispose());
    }
}
