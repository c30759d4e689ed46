using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Oracle;

/// <summary>A model whose numbers break for one token: only the rows that hold it may suffer.</summary>
public sealed class NanTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    // the byte token of BEL (3 control tokens before the bytes) is not a number
    private string Model() => folder.Model("tiny-llama", change: static (bytes, data) => BitConverter.TryWriteBytes(bytes.AsSpan(data + (3 + 7) * 64 * 4), float.NaN));

    [Fact]
    public void OnlyTheVectorsThatAreNotNumbersAreMissing()
    {
        string data = folder.Rows("rows.json", Enumerable.Range(0, 90).Select(i => (object)new { instruction = i is 3 or 40 ? $"say\a {i}" : $"say {i}", output = "x" }));
        var settings = new RunSettings { DataPath = data, ModelPath = Model(), Template = "plain", Threads = 1, Exact = true };
        Scores scores = folder.Score(settings);
        for (int i = 0; i < 90; i++) Assert.Equal(i is 3 or 40 ? "no_neighbor" : "ok", scores.Lines[i].Status);
    }

    [Theory]
    [InlineData(true, 32)]
    [InlineData(true, 512)]
    [InlineData(false, 512)]
    public void OnlyTheRowsThatAreNotNumbersAreNan(bool exact, int wave)
    {
        string[] answers = ["one two", "three", "fo\aur", "five", "six seven", "eight", "nine", "ten eleven", "twelve", "last"];
        string data = folder.Rows("rows.json", answers.Select((a, i) => new { instruction = $"say {i}", output = a }));
        // each row's neighbour is the next one, the last one's the one before
        string vectors = folder.Vectors("v.npy", [.. answers.Select((_, i) => new[] { MathF.Cos(i * 0.01f * (20 - i)), MathF.Sin(i * 0.01f * (20 - i)) })]);
        var settings = new RunSettings { DataPath = data, ModelPath = Model(), VectorsPath = vectors, Template = "plain", Threads = 1, Exact = exact, WaveTokens = wave };
        Scores scores = folder.Score(settings);
        for (int i = 0; i < answers.Length; i++)
        {
            bool broken = i == 2 || scores.Lines[i].Neighbor == "2";
            Assert.Equal(broken ? "nan" : "ok", scores.Lines[i].Status);
            if (broken) Assert.Equal((null, null, null), (scores.Lines[i].Zero, scores.Lines[i].One, scores.Lines[i].Miwv));
        }
        Assert.Contains(scores.Lines, l => l.Neighbor == "2");
        var (max, _, ok) = PlainOracle.Compare(settings, scores, static (v, row) => v.Tokenize(row.Instruction + "\n"));
        Assert.InRange(max, 0, exact ? 1e-5 : 2e-2);
        Assert.True(ok >= 6);
    }
}
