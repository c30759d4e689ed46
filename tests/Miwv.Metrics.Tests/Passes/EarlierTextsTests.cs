using System.Diagnostics;
using Miwv.Data;
using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Tests.Passes;

public class EarlierTextsTests
{
    private static Row Conversation(IReadOnlyList<Turn> history) => new(0, RowId.FromString("a"), "q", "", "y", null, history, null);

    [Fact]
    public void AnswersAndWhatWasAskedBeforeThem()
    {
        var texts = new EarlierTexts(Conversation(
        [
            new(TurnRole.Assistant, "a0"), new(TurnRole.User, "u1"), new(TurnRole.User, "u2"), new(TurnRole.Assistant, "a1"), new(TurnRole.Assistant, "a2"),
            new(TurnRole.System, "s"), new(TurnRole.User, "u3"), new(TurnRole.Assistant, "a3"),
        ]));
        Assert.Equal(["a0", "a1", "a2", "a3"], Enumerable.Range(0, 4).Select(texts.Answer));
        Assert.Equal(["", "u1\nu2", "", "u3"], Enumerable.Range(0, 4).Select(texts.Query));
    }

    [Fact]
    public void ALongConversationIsReadOnce()
    {
        const int Pairs = 300_000;
        Turn question = new(TurnRole.User, "u"), answer = new(TurnRole.Assistant, "a");
        var watch = Stopwatch.StartNew();
        var texts = new EarlierTexts(Conversation([.. Enumerable.Range(0, 2 * Pairs).Select(i => i % 2 == 0 ? question : answer)]));
        for (int i = 0; i < Pairs; i++) Assert.Equal(("u", "a"), (texts.Query(i), texts.Answer(i)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}"); // turn by turn from the beginning it is minutes
    }
}
