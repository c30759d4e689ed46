using Miwv.Data;
using Miwv.Engine.Rows;
using Miwv.Llama;
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

    private PassStage(RowPasses result, KnnGraph neighbors, RowFacts facts, int window)
    {
        (this.result, this.neighbors, this.facts, this.window) = (result, neighbors, facts, window);
        bos = 2 * facts.Count;
        separator = bos + 1;
        eos = bos + 2;
    }

    /// <summary>Tokens of prompts (text 2i), answers (2i + 1), then BOS, separator and scored EOS, each empty where it does not apply.</summary>
    public static TokenTable Tokenize(RowFile rows, RowFacts facts, Vocabulary vocabulary, PromptTemplate template, bool scoreEos, string scratch, int threads, IProgress<StageProgress>? progress, CancellationToken cancel)
    {
        var encoder = new PromptEncoder(vocabulary, template);
        int texts = 2 * rows.Count;
        return TokenTableBuilder.Build(texts + 3, (text, tokens) =>
        {
            if (text == texts)
            {
                if (vocabulary.AddsBos && vocabulary.Bos >= 0) tokens.Add(vocabulary.Bos);
            }
            else if (text == texts + 1) vocabulary.Tokenize(Separator, tokens);
            else if (text == texts + 2)
            {
                if (scoreEos && vocabulary.Eos >= 0) tokens.Add(vocabulary.Eos);
            }
            else if (!facts.Errors.ContainsKey(text / 2))
            {
                var row = rows.Read(text / 2);
                if (text % 2 == 0) encoder.Encode(row, tokens);
                else vocabulary.Tokenize(row.Output, tokens);
            }
        }, scratch, threads, done => progress?.Report(new("tokenize", done / 2, rows.Count, "rows")), cancel);
    }

    /// <summary>Which rows have an answer; only those can be demonstrations.</summary>
    public static bool[] HasAnswer(TokenTable tokens, RowFacts facts)
    {
        var has = new bool[facts.Count];
        for (int i = 0; i < has.Length; i++) has[i] = !facts.Errors.ContainsKey(i) && tokens.Length(2 * i + 1) > 0;
        return has;
    }

    public static RowPasses Run(TokenTable tokens, RowFacts facts, KnnGraph neighbors, int window)
    {
        var result = new RowPasses(facts.Count, tokens);
        var stage = new PassStage(result, neighbors, facts, window);
        for (int i = 0; i < facts.Count; i++) result.Status[i] = stage.Add(i);
        return result;
    }

    private RowStatus Add(int row)
    {
        if (facts.Errors.ContainsKey(row)) return RowStatus.Error;
        var tokens = result.Tokens;
        Segment Whole(int text) => new(text, tokens.Length(text));
        Segment prompt = Whole(2 * row), answer = Whole(2 * row + 1), begin = Whole(bos), end = Whole(eos), between = Whole(separator);
        if (answer.Length == 0) return RowStatus.EmptyAnswer;
        int scored = answer.Length + end.Length, zeroShot = begin.Length + prompt.Length + scored;
        result.AnswerTokens[row] = scored;
        if (zeroShot > window) return RowStatus.TooLong;
        if (begin.Length + prompt.Length == 0)
        {
            facts.Errors[row] = "the prompt has no tokens, so nothing predicts the answer's first token";
            return RowStatus.Error;
        }
        int demonstration = neighbors.Neighbors(row)[0];
        if (demonstration < 0) return RowStatus.NoNeighbor;

        Segment shownPrompt = Whole(2 * demonstration), shownAnswer = Whole(2 * demonstration + 1);
        int room = window - zeroShot - shownPrompt.Length - between.Length;
        if (room < 1) return RowStatus.TooLong;
        if (room < shownAnswer.Length)
        {
            shownAnswer = shownAnswer with { Length = room };
            result.DemonstrationCut[row] = true;
        }
        result.ZeroShot[row] = result.Passes.Add([begin, prompt, answer, end], zeroShot - scored, zeroShot);
        int oneShot = zeroShot + shownPrompt.Length + shownAnswer.Length + between.Length;
        result.OneShot[row] = result.Passes.Add([begin, shownPrompt, shownAnswer, between, prompt, answer, end], oneShot - scored, oneShot);
        return RowStatus.Ok;
    }
}
