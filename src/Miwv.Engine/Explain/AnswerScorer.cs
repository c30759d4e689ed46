using System.Text;
using Miwv.Data;
using Miwv.Engine.Rows;
using Miwv.Engine.Stages;
using Miwv.Llama;
using Miwv.Llama.Gguf;
using Miwv.Metrics.Passes;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Explain;

/// <summary>Computes the two passes of single rows again, to show every token's log-prob; the losses are the run's but for the noise of other waves.</summary>
public sealed class AnswerScorer : IDisposable
{
    // places of the two rows in the texts
    private const int Own = 0, Shown = 1;

    private readonly RunSettings settings;
    private readonly RowFile rows;
    private readonly LlamaModel model;
    private readonly GgufFile file;
    private readonly PromptEncoder encoder;
    private readonly bool ownsModel;

    private AnswerScorer(RunSettings settings, RowFile rows, LlamaModel model, bool ownsModel)
    {
        (this.settings, this.rows, this.model, this.ownsModel) = (settings, rows, model, ownsModel);
        file = GgufFile.Open(settings.ModelPath);
        encoder = new PromptEncoder(model.Vocabulary, settings.Template == "model" ? ChatTemplate.Of(model) : PromptTemplate.Load(settings.Template));
    }

    /// <summary>Scores with a model that is loaded already and stays the caller's.</summary>
    public static AnswerScorer With(LlamaModel model, RunSettings settings, RowFile rows) => new(settings, rows, model, ownsModel: false);

    /// <exception cref="UserException">The model file is gone or is not a scoring model, or the template is gone.</exception>
    public static AnswerScorer Load(RunSettings settings, RowFile rows)
    {
        GgufFile.Open(settings.ModelPath).RequireScoringModel();
        return new AnswerScorer(settings, rows, LlamaModel.Load(settings.ModelPath, new ModelOptions(settings.GpuLayers)), ownsModel: true);
    }

    /// <summary>Tokens of a row and of its neighbour against the window.</summary>
    /// <param name="neighbor">−1 = none.</param>
    public RowLengths Lengths(int row, int neighbor)
    {
        using var tokens = Tokenize(row, Math.Max(neighbor, 0), out var texts, out _, CancellationToken.None);
        return new RowLengths(texts.Bos.Length + texts.Length(Own), neighbor < 0 ? 0 : texts.Prompt(Shown).Length + texts.Separator.Length, ScoringWindow.Of(model, file, settings.Window, _ => { }));
    }

    /// <summary>The log-probs of a row's answer without and with the neighbour.</summary>
    /// <exception cref="UserException">The row has no such passes, or the library failed.</exception>
    public AnswerTokens Compute(int row, int neighbor, CancellationToken cancel)
    {
        using var tokens = Tokenize(row, neighbor, out var texts, out var turns, cancel);
        int room = ScoringWindow.Of(model, file, settings.Window, _ => { }) - texts.Bos.Length - texts.Separator.Length - texts.Length(Own);
        if (texts.Answer(Own).Length == 0 || texts.Bos.Length + texts.Prompt(Own).Length == 0 || !texts.TryShow(Shown, room, out var prompt, out var answer))
            throw new UserException($"row {rows.Id(row)}: has no passes to show");
        var passes = new PassList(tokens);
        int zeroShot = texts.AddScored(passes, [texts.Bos], Own), oneShot = texts.AddScored(passes, [texts.Bos, prompt, answer, texts.Separator], Own);
        float[][] logProbs = LibraryFailure.Tell($"{settings.ModelPath}: row {rows.Id(row)} could not be computed", "free memory, or explain another row", () => Run(passes, cancel));
        float[] Joined(int pass) => [.. logProbs[(pass - passes.Earlier(pass))..(pass + 1)].SelectMany(values => values)];
        int[] numbers = [.. texts.ScoredEarlier(Own), turns.Count(Own)];
        return new AnswerTokens(Texts(texts, numbers, turns, tokens), Joined(zeroShot), Joined(oneShot))
        {
            Turns = [.. numbers.Select((number, i) => (number + 1, logProbs[zeroShot - passes.Earlier(zeroShot) + i].Length))],
            Rule = settings.Turns,
        };
    }

    public void Dispose()
    {
        if (ownsModel) model.Dispose();
    }

    private TokenTable Tokenize(int row, int shown, out RowTexts texts, out EarlierTurns turns, CancellationToken cancel)
    {
        string scratch = Path.Combine(Path.GetTempPath(), $"miwv-{Guid.NewGuid():N}.tmp");
        Row[] both = [rows.Read(row), rows.Read(shown)];
        turns = new EarlierTurns([.. both.Select(own => own.EarlierAnswers.Count())], settings.Turns);
        var catalog = new TextCatalog(both.Length, model.Vocabulary, turns);
        var tokens = TokenTableBuilder.Build(catalog.Count, (text, ids) => PassStage.Encode(text, ids, catalog, encoder, settings.ScoreEos, at => both[at]), scratch, 1, null, cancel);
        texts = new RowTexts(tokens, catalog);
        return tokens;
    }

    // The log-probs of every pass.
    private float[][] Run(PassList passes, CancellationToken cancel)
    {
        var sizing = WaveSizing.For(file, model, settings);
        var plan = WavePlanner.Plan(new PrefixForest(passes), sizing.Limits);
        float[][] found = [.. Enumerable.Range(0, passes.Count).Select(pass => new float[passes.ScoredCount(pass)])];
        var filled = new int[passes.Count];
        using var executor = new WaveExecutor(model, plan, new ExecutorOptions(settings.Threads, settings.Exact, sizing.FlashAttention));
        for (int step = 0; step < plan.Count; step++)
        {
            cancel.ThrowIfCancellationRequested();
            var result = executor.Run(step);
            for (int i = 0; i < result.Passes.Length; i++)
            {
                var part = result.LogProbs[result.Bounds[i]..result.Bounds[i + 1]];
                part.CopyTo(found[result.Passes[i]].AsSpan(filled[result.Passes[i]]));
                filled[result.Passes[i]] += part.Length;
            }
        }
        return found;
    }

    private List<string> Texts(RowTexts texts, int[] numbers, EarlierTurns turns, TokenTable tokens)
    {
        var found = new List<string>();
        foreach (int number in numbers)
        {
            var (from, to) = number < turns.Count(Own) ? turns.Span(Own, number) : default;
            int[] ids = to > 0 ? tokens[texts.Prompt(Own).Text][from..to].ToArray() : [.. tokens[texts.Answer(Own).Text], .. tokens[texts.Eos.Text]];
            var decoder = Encoding.UTF8.GetDecoder();
            for (int i = 0; i < ids.Length; i++)
            {
                byte[] bytes = model.Vocabulary.PieceBytes(ids[i]);
                var chars = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
                found.Add(new string(chars, 0, decoder.GetChars(bytes, chars, flush: i == ids.Length - 1)));
            }
        }
        return found;
    }
}
