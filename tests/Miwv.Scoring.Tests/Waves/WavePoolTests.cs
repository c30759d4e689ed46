using Miwv.Llama;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Scoring.Tests.Waves;

public sealed class WavePoolTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ContextsSideBySideGiveTheBitsOfOne(bool exact)
    {
        using var model = LlamaModel.Load(GatherPathTests.SampleModel(), new ModelOptions(0));
        PassList passes = PassSet.Miwv(new Random(8), 30, 24, alphabet: 200).List();
        using TokenTable tokens = passes.Tokens;
        WavePlan plan = WavePlanner.Plan(new PrefixForest(passes), new WaveLimits(48, 32));
        Assert.True(plan.Count > 8);
        var one = Run(model, plan, exact, contexts: 1);
        Assert.Equal(plan.Count, one.Count);
        Assert.Equal(one, Run(model, plan, exact, contexts: 3));
    }

    /// <summary>Native memory is given back once.</summary>
    [Fact]
    public void DisposingTwiceDoesNothingMore()
    {
        using var model = LlamaModel.Load(GatherPathTests.SampleModel(), new ModelOptions(0));
        PassList passes = PassSet.Miwv(new Random(8), 6, 24, alphabet: 200).List();
        using TokenTable tokens = passes.Tokens;
        var pool = new WavePool(model, WavePlanner.Plan(new PrefixForest(passes), new WaveLimits(48, 32)), new ExecutorOptions(1, false), 2);
        pool.Dispose();
        pool.Dispose();
        tokens.Dispose();
    }

    private static SortedDictionary<int, string> Run(LlamaModel model, WavePlan plan, bool exact, int contexts)
    {
        var results = new SortedDictionary<int, string>();
        using var pool = new WavePool(model, plan, new ExecutorOptions(1, exact), contexts);
        pool.Run(_ => false, (int step, in WaveResult result) => results.Add(step, string.Join(' ', result.Nll.ToArray().Select(x => x.ToString("R", null)))), default);
        return results;
    }
}
