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
    private readonly KnnGraph neighbors;
    private readonly RowFacts facts;
    private readonly int window, bos, separator, eos;
    private readonly bool zeroShots, oneShots;

    private PassStage(RowPasses result, KnnGraph neighbors, RowFacts facts, int window, MetricStage metrics)
    {
        (this.result, this.neighbors, this.facts, this.window) = (result, neighbors, facts, window);
        (zeroShots, oneShots) = (metrics.NeedsZeroShot, metrics.NeedsOneShot);
        bos = metrics.Texts.Bos;
        separator = metrics.Texts.Separator;
        eos = metrics.Texts.Eos;
    }

    /// <summary>Tokens of prompts (text 2i), answers (2i + 1), then BOS, separator and scored EOS, each empty where it does not apply, and the metrics' own texts.</summary>
    public static TokenTable Tokenize(RowFile rows, RowFacts facts, TextCatalog catalog, PromptTemplate template, bool scoreEos, string scratch, int threads, IProgress<StageProgress>? progress, CancellationToken cancel)
    {
        var vocabulary = catalog.Vocabulary;
        var encoder = new PromptEncoder(vocabulary, template);
        return TokenTableBuilder.Build(catalog.Count, (text, tokens) =>
        {
            if (text >= catalog.Base) catalog.Encode(text, tokens, rows.Read, facts.Errors.ContainsKey);
            else if (text == catalog.Bos)
            {
                if (vocabulary.AddsBos && vocabulary.Bos >= 0) tokens.Add(vocabulary.Bos);
            }
            else if (text == catalog.Separator) vocabulary.Tokenize(Separator, tokens);
            else if (text == catalog.Eos)
            {
                if (scoreEos && vocabulary.Eos >= 0) tokens.Add(vocabulary.Eos);
            }
            else if (!facts.Errors.ContainsKey(text / 2))
            {
                var row = rows.Read(text / 2);
                if (text % 2 == 0) encoder.Encode(row, tokens);
                else vocabulary.Tokenize(row.Output, tokens);
            }
        }, scratch, threads, done => progress?.Report(new("tokenize", Math.Min(done / 2, rows.Count), rows.Count, "rows")), cancel);
    }

    /// <summary>Which rows have an answer; only those can be demonstrations.</summary>
    public static bool[] HasAnswer(TokenTable tokens, RowFacts facts)
    {
        var has = new bool[facts.Count];
        for (int i = 0; i < has.Length; i++) has[i] = !facts.Errors.ContainsKey(i) && tokens.Length(2 * i + 1) > 0;
        return has;
    }

    public static RowPasses Run(TokenTable tokens, RowFacts facts, KnnGraph neighbors, int window, MetricStage metrics)
    {
        var result = new RowPasses(facts.Count, tokens);
        var stage = new PassStage(result, neighbors, facts, window, metrics);
        for (int i = 0; i < facts.Count; i++) result.Status[i] = stage.Add(i);
        return result;
    }

    private RowStatus Add(int row)
    {
        if (facts.Errors.ContainsKey(row)) return RowStatus.Error;
        Segment prompt = Whole(2 * row), answer = Whole(2 * row + 1), begin = Whole(bos), end = Whole(eos);
        if (answer.Length == 0) return RowStatus.EmptyAnswer;
        int scored = answer.Length + end.Length, zeroShot = begin.Length + prompt.Length + scored;
        result.AnswerTokens[row] = scored;
        if (zeroShot > window) return RowStatus.TooLong;
        if (begin.Length + prompt.Length == 0)
        {
            facts.Errors[row] = "the prompt has no tokens, so nothing predicts the answer's first token";
            return RowStatus.Error;
        }
        return oneShots ? AddBoth(row, begin, prompt, answer, end) : AddZeroShot(row, begin, prompt, answer, end);
    }

    private RowStatus AddZeroShot(int row, Segment begin, Segment prompt, Segment answer, Segment end)
    {
        if (!zeroShots) return RowStatus.Ok;
        int length = begin.Length + prompt.Length + answer.Length + end.Length;
        result.ZeroShot[row] = result.Passes.Add([begin, prompt, answer, end], length - answer.Length - end.Length, length);
        return RowStatus.Ok;
    }

    private RowStatus AddBoth(int row, Segment begin, Segment prompt, Segment answer, Segment end)
    {
        int demonstration = neighbors.Neighbors(row)[0];
        if (demonstration < 0) return RowStatus.NoNeighbor;

        Segment shownPrompt = Whole(2 * demonstration), shownAnswer = Whole(2 * demonstration + 1), between = Whole(separator);
        int scored = answer.Length + end.Length, zeroShot = begin.Length + prompt.Length + scored;
        int room = window - zeroShot - shownPrompt.Length - between.Length;
        if (room < 1) return RowStatus.TooLong;
        if (room < shownAnswer.Length)
        {
            shownAnswer = shownAnswer with { Length = room };
            result.DemonstrationCut[row] = true;
        }
        AddZeroShot(row, begin, prompt, answer, end);
        int oneShot = zeroShot + shownPrompt.Length + shownAnswer.Length + between.Length;
        result.OneShot[row] = result.Passes.Add([begin, shownPrompt, shownAnswer, between, prompt, answer, end], oneShot - scored, oneShot);
        return RowStatus.Ok;
    }

    private Segment Whole(int text) => new(text, result.Tokens.Length(text));
}
