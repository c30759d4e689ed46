using FsCheck;
using FsCheck.Fluent;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Tests.Passes;

namespace Miwv.Scoring.Tests.Waves;

/// <summary>A set of passes as plain arrays: texts, and passes as prefixes of texts one behind the other with a scored span.</summary>
internal sealed record PassSet(string Kind, int[][] Texts, PassSet.Pass[] Passes)
{
    internal sealed record Pass(Segment[] Parts, int From, int To);

    public int[] Tokens(int pass) => [.. Passes[pass].Parts.SelectMany(p => Texts[p.Text].Take(p.Length))];

    /// <summary>The list of the product; dispose its tokens.</summary>
    public PassList List()
    {
        var list = new PassList(TestTokens.Table(Texts));
        foreach (Pass pass in Passes) list.Add(pass.Parts, pass.From, pass.To);
        return list;
    }

    public static Arbitrary<PassSet> Any { get; } = Arb.From(
        from kind in Gen.Choose(0, 5)
        from seed in Gen.Choose(0, int.MaxValue)
        select Make(kind, new Random(seed)),
        static set => Enumerable.Range(0, Math.Min(set.Passes.Length, 40)).Select(i => set with { Passes = [.. set.Passes.Where((_, at) => at != i)] })
            .Prepend(set with { Passes = set.Passes[(set.Passes.Length / 2)..] }).Prepend(set with { Passes = set.Passes[..(set.Passes.Length / 2)] })
            .Where(smaller => smaller.Passes.Length < set.Passes.Length));

    public override string ToString() => $"{Kind}: {string.Join(" | ", Enumerable.Range(0, Math.Min(Passes.Length, 30)).Select(i => $"{string.Join(' ', Tokens(i).Take(60))} [{Passes[i].From}..{Passes[i].To})"))}";

    public static PassSet Make(int kind, Random random) => kind switch
    {
        0 => Crowd(random),
        1 => Miwv(random, rows: random.Next(1, 60), most: 30, alphabet: random.Next(2, 50)),
        2 => Star(random),
        3 => Chain(random),
        4 => Walk(random),
        _ => new PassSet("none", [[1, 2]], []),
    };

    /// <summary>Rows with a neighbour each, as the engine makes them: a zero-shot and a one-shot pass over shared texts.</summary>
    public static PassSet Miwv(Random random, int rows, int most, int alphabet)
    {
        int[] Text(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(alphabet))];
        int[] preamble = Text(random.Next(20));
        var texts = new List<int[]> { (int[])[1], Text(2) };
        for (int i = 0; i < rows; i++)
        {
            texts.Add([.. preamble, .. Text(random.Next(1, most))]);
            texts.Add(Text(random.Next(1, most)));
        }
        var passes = new List<Pass>();
        for (int i = 0; i < rows; i++)
        {
            int shown = random.Next(rows);
            Segment bos = new(0, 1), between = new(1, 2), prompt = Whole(texts, 2 + 2 * i), answer = Whole(texts, 3 + 2 * i);
            Segment shownPrompt = Whole(texts, 2 + 2 * shown), shownAnswer = Whole(texts, 3 + 2 * shown);
            if (random.Next(8) == 0) shownAnswer = shownAnswer with { Length = random.Next(1, shownAnswer.Length + 1) };
            passes.Add(Last([bos, prompt, answer]));
            if (shown != i) passes.Add(Last([bos, shownPrompt, shownAnswer, between, prompt, answer]));
        }
        return new PassSet("miwv", [.. texts], [.. passes]);
    }

    // Short passes over two or three ids: equal ones, prefixes of others, every span.
    private static PassSet Crowd(Random random)
    {
        int alphabet = random.Next(1, 4);
        int[][] texts = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Enumerable.Range(0, random.Next(2, 14)).Select(_ => random.Next(alphabet)).ToArray())];
        return new PassSet("crowd", texts, [.. Enumerable.Range(0, random.Next(1, 80)).Select(_ => AnySpan(random, [Whole(texts, random.Next(texts.Length))]))]);
    }

    // One path with more children than there are sequence ids.
    private static PassSet Star(Random random)
    {
        int children = random.Next(200, 700);
        int[][] texts = [[.. Enumerable.Range(0, random.Next(1, 40))], .. Enumerable.Range(0, children).Select(i => (int[])[i + 10, .. Enumerable.Range(0, random.Next(1, 4))])];
        return new PassSet("star", texts, [.. Enumerable.Range(1, children).Select(i => Last([Whole(texts, 0), Whole(texts, i)]))]);
    }

    // Prefixes of one long text, some with a tail of their own.
    private static PassSet Chain(Random random)
    {
        int length = random.Next(2, 300);
        int[][] texts = [[.. Enumerable.Range(0, length).Select(_ => random.Next(3))], [7, 8], [9]];
        return new PassSet("chain", texts, [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ =>
        {
            var part = new Segment(0, random.Next(2, length + 1));
            return AnySpan(random, random.Next(3) switch { 0 => [part, new Segment(1, 2)], 1 => [part, new Segment(2, 1)], _ => [part] });
        })]);
    }

    // Every pass leaves the one before it somewhere.
    private static PassSet Walk(Random random)
    {
        var texts = new List<int[]>();
        var passes = new List<Pass>();
        int[] last = [1, 2, 3];
        for (int i = random.Next(1, 120); i > 0; i--)
        {
            last = [.. last.Take(random.Next(last.Length + 1)), .. Enumerable.Range(0, random.Next(2, 25)).Select(_ => random.Next(40))];
            texts.Add(last);
            passes.Add(AnySpan(random, [Whole(texts, texts.Count - 1)]));
        }
        return new PassSet("walk", [.. texts], [.. passes]);
    }

    private static Segment Whole(IReadOnlyList<int[]> texts, int text) => new(text, texts[text].Length);

    private static Pass Last(Segment[] parts)
    {
        int length = parts.Sum(p => p.Length);
        return new Pass(parts, length - parts[^1].Length, length);
    }

    private static Pass AnySpan(Random random, Segment[] parts)
    {
        int length = parts.Sum(p => p.Length), from = random.Next(1, length);
        return new Pass(parts, from, random.Next(from + 1, length + 1));
    }
}
