using Miwv.Engine.Tests.Support;
using Miwv.Retrieval;

namespace Miwv.Engine.Tests.Oracle;

/// <summary>Shapes of the forest that strain it, each against the plain loop.</summary>
public sealed class ForestShapeTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static string Words(int count, int seed)
    {
        string[] words = ["time", "house", "water", "people", "work", "small", "great", "place", "hand", "light"];
        var random = new Random(seed);
        return string.Join(' ', Enumerable.Range(0, count).Select(_ => words[random.Next(words.Length)]));
    }

    private double Worst(IEnumerable<object> rows, IReadOnlyList<float[]> vectors, int? wave, int context = 512, int? window = null) => Worst(rows, vectors, wave, context, window, out _);

    private double Worst(IEnumerable<object> rows, IReadOnlyList<float[]> vectors, int? wave, int context, int? window, out Scores scores)
    {
        var settings = new RunSettings
        {
            DataPath = folder.Rows("rows.json", rows), ModelPath = folder.Model(context: context), VectorsPath = folder.Vectors("v.npy", vectors),
            Threads = 1, Exact = true, WaveTokens = wave, Window = window,
        };
        scores = folder.Score(settings);
        return PlainOracle.Compare(settings, scores).Max;
    }

    // Row 0 is everybody's nearest: cosines 0.9 with it and 0.81 among the others.
    private static float[][] Star(int count)
    {
        var vectors = new float[count][];
        for (int i = 0; i < count; i++)
        {
            vectors[i] = new float[count];
            if (i == 0) vectors[i][0] = 1;
            else (vectors[i][0], vectors[i][i]) = (0.9f, MathF.Sqrt(0.19f));
        }
        return vectors;
    }

    [Theory]
    [InlineData(64)]
    [InlineData(2048)]
    public void MoreChildrenThanSequenceIds(int wave)
    {
        const int count = 300;
        var rows = Enumerable.Range(0, count).Select(i => (object)new { instruction = $"{i}", output = i % 3 == 0 ? "yes" : $"no {i}" });
        Assert.InRange(Worst(rows, Star(count), wave, 512, null, out Scores scores), 0, 1e-5);
        Assert.Equal(count - 1, scores.Lines.Count(l => l.Neighbor == "0"));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(512)]
    public void DemonstrationsLongerThanAWave(int wave)
    {
        var rows = Enumerable.Range(0, 12).Select(i => (object)new { instruction = $"list {i}", output = Words(i == 0 ? 150 : 3 + i, i) });
        Assert.InRange(Worst(rows, Star(12), wave), 0, 1e-5);
    }

    [Fact]
    public void EqualPromptsWithDifferentAnswers()
    {
        string[] answers = ["a", "a b", "a b", "a b c", "b", "a b c d e f", ""];
        var rows = answers.Select((a, i) => (object)new { id = $"r{i}", instruction = "same words", input = i % 2 == 0 ? "" : "same input", output = a });
        Assert.InRange(Worst(rows, Star(answers.Length), null), 0, 1e-5);
    }

    [Fact]
    public void ASharedPreambleIsComputedOnce()
    {
        string preamble = Words(60, 99);
        var rows = Enumerable.Range(0, 40).Select(i => (object)new { instruction = $"{preamble} {Words(2, i)}", output = Words(3, 100 + i) });
        Assert.InRange(Worst(rows, Star(40), 200), 0, 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(30)]
    public void TheDemonstrationIsCutToExactlyWhatFits(int room)
    {
        // rows of equal length: zero-shot, then two of them with the separator and `room` tokens of the answer shown
        var rows = Enumerable.Range(0, 6).Select(i => (object)new { instruction = $"take {i}", output = $"{i} " + string.Join(' ', Enumerable.Repeat("of", 40)) });
        string data = folder.Rows("probe.json", rows);
        string model = folder.Model();
        int window;
        using (var loaded = Llama.LlamaModel.Load(model, new Llama.ModelOptions(0)))
        using (var file = Data.RowFile.Open(data))
        {
            var tokens = PlainLoop.RowTokens.Of(file.Read(1), loaded.Vocabulary);
            window = 1 + 2 * tokens.Prompt.Length + loaded.Vocabulary.Tokenize("\n\n").Length + tokens.Answer.Length + room;
        }
        var settings = new RunSettings { DataPath = data, ModelPath = model, VectorsPath = folder.Vectors("v.npy", Star(6)), Threads = 1, Exact = true, WaveTokens = 100, Window = window };
        Scores scores = folder.Score(settings);
        Assert.All(scores.Lines, l => Assert.Equal((room == 0 ? "too_long" : "ok", room > 0), (l.Status, l.Cut)));
        Assert.InRange(PlainOracle.Compare(settings, scores).Max, 0, 1e-5);
    }

    [Fact]
    public void SmallWindowsGiveTheRightStatuses()
    {
        var rows = Enumerable.Range(0, 30).Select(i => (object)new { instruction = Words(1 + i % 7, i), output = Words(1 + i * 2, 50 + i) });
        var seen = new HashSet<(string, bool)>();
        foreach (int window in new[] { 60, 110, 160, 250 })
        {
            Assert.InRange(Worst(rows, Star(30), null, 512, window, out Scores scores), 0, 1e-5);
            seen.UnionWith(scores.Lines.Select(l => (l.Status, l.Cut)));
        }
        Assert.Equal([("ok", false), ("ok", true), ("too_long", false)], seen.Order());
    }

    [Fact]
    public void NeighboursAreThoseOfAnFp64BruteForce()
    {
        var settings = new RunSettings { DataPath = Repository.Sample("tasks.json"), ModelPath = Repository.Sample("tasks-llama.gguf"), Limit = 300, Threads = 1 };
        using MiwvRun run = MiwvRun.Open(settings, folder["run"], resume: false, null, static _ => { }, default);
        KnnGraph graph = run.FindNeighbors();
        EmbeddingStore store = run.Embed();
        int duplicates = 0;
        for (int i = 0; i < store.Count; i++)
        {
            int best = -1;
            double highest = double.NegativeInfinity;
            for (int j = 0; j < store.Count; j++)
            {
                Data.Row a = run.Rows.Read(i), b = run.Rows.Read(j);
                bool identical = (a.Instruction, a.Input, a.Output) == (b.Instruction, b.Input, b.Output);
                if (identical && i != j) duplicates++;
                if (i == j || identical || b.Output.Length == 0 || store.IsZero(j) || store.IsZero(i)) continue;
                double cosine = 0;
                for (int k = 0; k < store.Dimension; k++) cosine += (double)store.Row(i)[k] * store.Row(j)[k];
                if (cosine > highest) (best, highest) = (j, cosine);
            }
            Assert.Equal(best, graph.Neighbors(i)[0]);
            if (best >= 0) Assert.Equal(highest, graph.Cosines(i)[0], 1e-12);
        }
        Assert.True(duplicates > 0);
    }
}
