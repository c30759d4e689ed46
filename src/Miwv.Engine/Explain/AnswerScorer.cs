using System.Text;
using Miwv.Data;
using Miwv.Engine.Rows;
using Miwv.Llama;
using Miwv.Llama.Gguf;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Explain;

/// <summary>Computes the two passes of single rows again, to show every token's log-prob; the losses are the run's but for the noise of other waves.</summary>
public sealed class AnswerScorer : IDisposable
{
    private const int Prompt = 0, Answer = 1, ShownPrompt = 2, ShownAnswer = 3, Begin = 4, Between = 5, End = 6, Count = 7;

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
        int Tokens(int text)
        {
            var ids = new List<int>();
            Encode(text, row, neighbor, ids);
            return ids.Count;
        }
        return new RowLengths(Tokens(Begin) + Tokens(Prompt) + Tokens(Answer) + Tokens(End), neighbor < 0 ? 0 : Tokens(ShownPrompt) + Tokens(Between), ScoringWindow.Of(model, file, settings.Window, _ => { }));
    }

    /// <summary>The log-probs of a row's answer without and with the neighbour.</summary>
    /// <exception cref="UserException">The row has no such passes, or the library failed.</exception>
    public AnswerTokens Compute(int row, int neighbor, CancellationToken cancel)
    {
        string scratch = Path.Combine(Path.GetTempPath(), $"miwv-{Guid.NewGuid():N}.tmp");
        using var tokens = TokenTableBuilder.Build(Count, (text, ids) => Encode(text, row, neighbor, ids), scratch, 1, null, cancel);
        Segment Whole(int text) => new(text, tokens.Length(text));
        int scored = tokens.Length(Answer) + tokens.Length(End), zeroShot = tokens.Length(Begin) + tokens.Length(Prompt) + scored;
        int window = ScoringWindow.Of(model, file, settings.Window, _ => { });
        int room = window - zeroShot - tokens.Length(ShownPrompt) - tokens.Length(Between);
        if (scored == 0 || room < 1 || zeroShot == scored) throw new UserException($"row {rows.Id(row)}: has no passes to show");
        var passes = new PassList(tokens);
        var shown = new Segment(ShownAnswer, Math.Min(room, tokens.Length(ShownAnswer)));
        int oneShot = zeroShot + tokens.Length(ShownPrompt) + shown.Length + tokens.Length(Between);
        passes.Add([Whole(Begin), Whole(Prompt), Whole(Answer), Whole(End)], zeroShot - scored, zeroShot);
        passes.Add([Whole(Begin), Whole(ShownPrompt), shown, Whole(Between), Whole(Prompt), Whole(Answer), Whole(End)], oneShot - scored, oneShot);
        float[][] logProbs = Run(passes, scored, cancel);
        return new AnswerTokens(Texts(tokens), logProbs[0], logProbs[1]);
    }

    public void Dispose()
    {
        if (ownsModel) model.Dispose();
    }

    private void Encode(int text, int row, int neighbor, List<int> ids)
    {
        var vocabulary = model.Vocabulary;
        switch (text)
        {
            case Prompt: encoder.Encode(rows.Read(row), ids); break;
            case Answer: vocabulary.Tokenize(rows.Read(row).Output, ids); break;
            case ShownPrompt: encoder.Encode(rows.Read(neighbor), ids); break;
            case ShownAnswer: vocabulary.Tokenize(rows.Read(neighbor).Output, ids); break;
            case Begin when vocabulary.AddsBos && vocabulary.Bos >= 0: ids.Add(vocabulary.Bos); break;
            case Between: vocabulary.Tokenize("\n\n", ids); break;
            case End when settings.ScoreEos && vocabulary.Eos >= 0: ids.Add(vocabulary.Eos); break;
        }
    }

    private float[][] Run(PassList passes, int scored, CancellationToken cancel)
    {
        var sizing = WaveSizing.For(file, model, settings);
        var plan = WavePlanner.Plan(new PrefixForest(passes), sizing.Limits);
        float[][] found = [new float[scored], new float[scored]];
        var filled = new int[2];
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

    private string[] Texts(TokenTable tokens)
    {
        int[] ids = [.. tokens[Answer], .. tokens[End]];
        var texts = new string[ids.Length];
        var decoder = Encoding.UTF8.GetDecoder();
        for (int i = 0; i < ids.Length; i++)
        {
            byte[] bytes = model.Vocabulary.PieceBytes(ids[i]);
            var chars = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
            texts[i] = new string(chars, 0, decoder.GetChars(bytes, chars, flush: i == ids.Length - 1));
        }
        return texts;
    }
}
