using Miwv.Data;
using Miwv.Engine.Tests.Oracle;
using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Rows;

public sealed class OptionTests : IDisposable
{
    private readonly RunFolder folder = new();
    private readonly float[][] vectors = [[1, 0, 0], [1, 0, 0], [0.9f, 0.4f, 0], [0.8f, 0.6f, 0]];

    public void Dispose() => folder.Dispose();

    private RunSettings Settings(IReadOnlyList<object> rows) => new()
    {
        DataPath = folder.Rows("rows.json", rows), ModelPath = folder.Model("tiny-llama"), VectorsPath = folder.Vectors("v.npy", vectors),
        Template = "plain", Threads = 1, Exact = true,
    };

    private static object Row(object? id, string text) => new { id, instruction = text, input = "", output = "answer of " + text };

    [Fact]
    public void IdsAreKeptToTheDigit()
    {
        Scores scores = folder.Score(Settings([Row(9007199254740993, "a"), Row("9007199254740993", "b"), Row("näm\"e\n", "c"), Row(null, "d")]));
        Assert.Equal(["9007199254740993", "\"9007199254740993\"", "\"näm\\\"e\\n\"", "3"], scores.Lines.Select(l => l.Id));
        Assert.Equal(["\"9007199254740993\"", "9007199254740993", "3", "\"näm\\\"e\\n\""], scores.Lines.Select(l => l.Neighbor));
    }

    [Fact]
    public void TheSameIdTwiceIsRefusedUnlessPositionsCount()
    {
        RunSettings settings = Settings([Row(7, "a"), Row(7, "b"), Row(8, "c"), Row(9, "d")]);
        string message = Assert.Throws<UserException>(() => folder.Score(settings)).Message;
        Assert.Contains("--ids position", message, StringComparison.Ordinal);
        Assert.Equal(["0", "1", "2", "3"], folder.Score(settings with { Ids = IdSource.Position }).Lines.Select(l => l.Id));
    }

    [Fact]
    public void IdenticalRowsAreShownOnlyIfKept()
    {
        RunSettings settings = Settings([Row(null, "same"), Row(null, "same"), Row(null, "c"), Row(null, "d")]);
        Assert.Equal(["2", "2", "3", "2"], folder.Score(settings).Lines.Select(l => l.Neighbor));
        Scores kept = folder.Score(settings with { KeepDuplicates = true });
        Assert.Equal(["1", "0", "3", "2"], kept.Lines.Select(l => l.Neighbor));
        Assert.InRange(PlainOracle.Compare(settings, kept, Plain).Max, 0, 1e-5);
    }

    [Fact]
    public void TheEndOfSequenceIsScoredOnRequest()
    {
        RunSettings settings = Settings([Row(null, "a"), Row(null, "b"), Row(null, "c"), Row(null, "d")]);
        Scores without = folder.Score(settings), with = folder.Score(settings with { ScoreEos = true });
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(without.Lines[i].Answer + 1, with.Lines[i].Answer);
            Assert.NotEqual(without.Lines[i].Zero, with.Lines[i].Zero);
        }
    }

    [Fact]
    public void ALimitTakesTheFirstRows()
    {
        RunSettings settings = Settings([Row(null, "a"), Row(null, "b"), Row(null, "c"), Row(null, "d")]);
        var limited = settings with { Limit = 3, VectorsPath = folder.Vectors("three.npy", vectors[..3]) };
        Assert.Equal(3, folder.Score(limited).Lines.Length);
        Assert.Throws<UserException>(() => folder.Score(settings with { Limit = 3 })); // four vectors for three rows
    }

    [Fact]
    public void AWindowBeyondTheTrainedOneIsAWarning()
    {
        RunSettings settings = Settings([Row(null, "a"), Row(null, "b"), Row(null, "c"), Row(null, "d")]);
        folder.Score(settings with { Window = 512 });
        Assert.Empty(folder.Warnings);
        Assert.All(folder.Score(settings with { Window = 600 }).Lines, l => Assert.Equal("ok", l.Status));
        Assert.Contains("-c 600", Assert.Single(folder.Warnings), StringComparison.Ordinal);
        Assert.Throws<UserException>(() => folder.Score(settings with { Window = 1 }));
    }

    [Fact]
    public void MoreThanLearnedPositionsIsRefused()
    {
        if (Repository.Shared is not { } shared) return; // the only such model is there
        RunSettings settings = Settings([Row(null, "a"), Row(null, "b"), Row(null, "c"), Row(null, "d")]) with { ModelPath = Path.Combine(shared, "models", "tinystories-instruct-3m-chat-f32.gguf") };
        Assert.Contains("learned positions", Assert.Throws<UserException>(() => folder.Score(settings with { Window = 257 })).Message, StringComparison.Ordinal);
        Assert.Equal(4, folder.Score(settings with { Window = 256 }).Lines.Length);
    }

    [Fact]
    public void PerTokenKeepsTheSums()
    {
        RunSettings settings = Settings([Row(null, "a"), Row(null, "b"), Row(null, "c"), Row(null, "d")]);
        Scores without = folder.Score(settings), with = folder.Score(settings with { PerToken = true });
        Assert.Equal(without.Lines, with.Lines);
        Assert.True(new FileInfo(Path.Combine(with.Directory, "passes.journal")).Length > new FileInfo(Path.Combine(without.Directory, "passes.journal")).Length);
    }

    private static int[] Plain(Llama.Vocabulary vocabulary, Row row) => vocabulary.Tokenize(row.Instruction + "\n");
}
