using Miwv.Data;
using Miwv.Engine.Rows;
using Miwv.Metrics.Passes;
using Miwv.Retrieval;
using Miwv.Scoring.Passes;

namespace Miwv.Engine.Stages;

/// <summary>Rows and neighbours to passes: tokenizes every prompt and answer once, decides what fits the window, and gives each row its status.</summary>
internal sealed class PassStage
{
    private const string Separator = "\n\n";

    private readonly RowPasses result;
    private readonly RowTexts rows;
    private readonly KnnGraph neighbors;
    private readonly RowFacts facts;
    private readonly int window;
    private readonly bool zeroShots, oneShots;

    private PassStage(RowPasses result, KnnGraph neighbors, RowFacts facts, int window, MetricStage metrics)
    {
        (this.result, this.neighbors, this.facts, this.window) = (result, neighbors, facts, window);
        (zeroShots, oneShots) = (metrics.NeedsZeroShot, metrics.NeedsOneShot);
        rows = result.Texts;
    }

    /// <summary>Tokens of all texts of the catalog: prompts, answers, BOS, separator and scored EOS, each empty where it does not apply, and the metrics' own.</summary>
    public static TokenTable Tokenize(RowFile rows, RowFacts facts, TextCatalog catalog, PromptTemplate template, bool scoreEos, string scratch, int threads, IProgress<StageProgress>? progress, CancellationToken cancel)
    {
        var encoder = new PromptEncoder(catalog.Vocabulary, template);
        // a row's texts lie together, those of a long conversation by the thousand: it is read once for all
        using var last = new ThreadLocal<(int Number, Row? Row)>();
        Row Read(int row)
        {
            if (last.Value is { Row: { } known } own && own.Number == row) return known;
            var read = rows.Read(row);
            last.Value = (row, read);
            return read;
        }
        return TokenTableBuilder.Build(catalog.Count, (text, tokens) =>
        {
            if (text >= catalog.Base) catalog.Encode(text, tokens, Read, facts.Errors.ContainsKey);
            else if (text >= catalog.Bos || !facts.Errors.ContainsKey(text / 2)) Encode(text, tokens, catalog, encoder, scoreEos, Read);
        }, scratch, threads, done => progress?.Report(new("tokenize", Math.Min(done / 2, rows.Count), rows.Count, "rows")), cancel);
    }

    /// <summary>Appends the tokens of one text; that of a prompt also tells the catalog where its earlier answers lie.</summary>
    public static void Encode(int text, List<int> tokens, TextCatalog catalog, PromptEncoder encoder, bool scoreEos, Func<int, Row> read)
    {
        var vocabulary = catalog.Vocabulary;
        if (text >= catalog.Base) catalog.Encode(text, tokens, read, _ => false);
        else if (text == catalog.Bos)
        {
            if (vocabulary.AddsBos && vocabulary.Bos >= 0) tokens.Add(vocabulary.Bos);
        }
        else if (text == catalog.Separator) vocabulary.Tokenize(Separator, tokens);
        else if (text == catalog.Eos)
        {
            if (scoreEos && vocabulary.Eos >= 0) tokens.Add(vocabulary.Eos);
        }
        else if (text % 2 == 1) vocabulary.Tokenize(read(text / 2).Output, tokens);
        else
        {
            int row = text / 2;
            var answers = catalog.Turns.Count(row) == 0 ? null : new List<(int, int)>();
            encoder.Encode(read(row), tokens, answers);
            if (answers is not null) catalog.Turns.Set(row, answers);
        }
    }

    /// <summary>Which rows can be demonstrations: those with an answer.</summary>
    public static bool[] MayBeShown(TokenTable tokens, RowFacts facts)
    {
        var has = new bool[facts.IdenticalGroup.Length];
        // with demonstrations from another file no row of the data is one
        for (int i = has.Length > facts.Count ? facts.Count : 0; i < has.Length; i++) has[i] = !facts.Errors.ContainsKey(i) && tokens.Length(2 * i + 1) > 0;
        return has;
    }

    public static RowPasses Run(TokenTable tokens, RowFacts facts, KnnGraph neighbors, int window, MetricStage metrics)
    {
        var result = new RowPasses(facts.Count, tokens, metrics.Texts);
        var stage = new PassStage(result, neighbors, facts, window, metrics);
        for (int i = 0; i < facts.Count; i++) result.Status[i] = stage.Add(i);
        return result;
    }

    private RowStatus Add(int row)
    {
        if (facts.Errors.ContainsKey(row)) return RowStatus.Error;
        if (rows.Answer(row).Length == 0) return RowStatus.EmptyAnswer;
        result.AnswerTokens[row] = rows.ScoredTokens(row);
        if (rows.Bos.Length + rows.Length(row) > window) return RowStatus.TooLong;
        if (rows.Bos.Length + rows.Prompt(row).Length == 0)
        {
            facts.Errors[row] = "the prompt has no tokens, so nothing predicts the answer's first token";
            return RowStatus.Error;
        }
        if (!oneShots) return AddZeroShot(row);
        int demonstration = neighbors.Neighbors(row)[0];
        if (demonstration < 0) return RowStatus.NoNeighbor;
        int room = window - rows.Bos.Length - rows.Separator.Length - rows.Length(row);
        if (!rows.TryShow(demonstration, room, out var prompt, out var answer)) return RowStatus.TooLong;
        result.DemonstrationCut[row] = answer.Length < rows.Answer(demonstration).Length;
        AddZeroShot(row);
        result.OneShot[row] = rows.AddScored(result.Passes, [rows.Bos, prompt, answer, rows.Separator], row);
        return RowStatus.Ok;
    }

    private RowStatus AddZeroShot(int row)
    {
        if (zeroShots) result.ZeroShot[row] = rows.AddScored(result.Passes, [rows.Bos], row);
        return RowStatus.Ok;
    }
}
