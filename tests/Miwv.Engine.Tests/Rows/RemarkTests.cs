using Miwv.Engine.Cascading;
using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Rows;

/// <summary>What is to be told about the rows is told once a run, and by a run with a cascade not once more for its part.</summary>
public sealed class RemarkTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static object Chat(string user, string assistant, int weight) =>
        new { messages = new object[] { new { role = user, content = "say " + weight }, new { role = assistant, content = "one", weight } } };

    private RunSettings Settings(params object[] rows) => new()
    {
        DataPath = folder.Rows("rows.json", rows), ModelPath = folder.Model(context: 256), VectorsPath = folder.Vectors("v.npy", [.. rows.Select((_, i) => new float[] { 1, i })]),
        Template = "plain", Threads = 1, Exact = true,
    };

    [Fact]
    public void OnceARun()
    {
        RunSettings settings = Settings(Chat("user", "assistant", 0), Chat("user", "assistant", 1), Chat("Human", "Assistant", 1), new { instruction = "i", output = "o" });
        string[] expected =
        [
            $"{settings.DataPath}: 1 row has assistant turns of weight 0, which are scored all the same",
            $"{settings.DataPath}: 1 row has no messages but output, and so an empty answer (the first is on line 1 (row 4)); rows of one file are read in one shape, put these into a file of their own",
            $"{settings.DataPath}: 1 row cannot be scored, such as on line 1 (row 3): \"messages\" turn 1: unknown role \"Human\"; try --columns user_tag=Human,assistant_tag=Assistant",
        ];
        Scores scores = folder.Score(settings);
        Assert.Equal(["ok", "ok", "error:\"messages\" turn 1: unknown role \"Human\"", "empty_answer"], scores.Lines.Select(line => line.Status));
        Assert.Equal(expected, folder.Warnings.Where(text => text.StartsWith(settings.DataPath, StringComparison.Ordinal)));
        folder.Warnings.Clear();
        folder.Score(settings with { Cascade = CascadeSettings.Parse($"{settings.ModelPath}:50%", null) });
        Assert.Equal(expected, folder.Warnings.Where(text => text.StartsWith(settings.DataPath, StringComparison.Ordinal)));
    }

    [Fact]
    public void AFileOfWhichNoRowCanBeUsed()
    {
        RunSettings settings = Settings(Chat("Human", "Assistant", 1));
        Assert.Equal(
            $"{settings.DataPath}: none of its 1 rows can be used; the first: \"messages\" turn 1: unknown role \"Human\"; try --columns user_tag=Human,assistant_tag=Assistant",
            Assert.Throws<Miwv.Data.UserException>(() => folder.Score(settings)).Message);
    }
}
