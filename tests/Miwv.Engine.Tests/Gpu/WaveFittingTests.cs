using Miwv.Data;
using Miwv.Engine.Gpu;
using Miwv.Llama;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Tests.Gpu;

public sealed class WaveFittingTests : IDisposable
{
    private static readonly WaveSizing First = new(new WaveLimits(2048, 1000), FlashAttention.Auto, 2, 4);
    private readonly string folder = Directory.CreateTempSubdirectory("miwv-fitting-").FullName;
    private readonly List<string> warnings = [];
    private readonly List<WaveSizing> tried = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void WhatFitsIsTakenAtOnce()
    {
        Assert.Equal(First, Fit(_ => true).Sizing);
        Assert.Empty(warnings);
        Assert.Single(tried);
    }

    [Fact]
    public void EachStepDownIsSaidAndPlannedAnew()
    {
        var (size, plan) = Fit(s => s.Limits.Tokens <= 512);
        Assert.Equal((512, 1, 8), (size.Limits.Tokens, size.Contexts, size.ThreadsPerContext));
        Assert.Equal(size.Limits, plan.Limits);
        Assert.Equal([(2048, 2), (2048, 1), (1024, 1), (512, 1)], tried.Select(s => (s.Limits.Tokens, s.Contexts)));
        Assert.Equal(3, warnings.Count);
        Assert.Contains("no memory; trying one context", warnings[0], StringComparison.Ordinal);
        Assert.Contains("trying waves of 512 tokens", warnings[2], StringComparison.Ordinal);
    }

    [Fact]
    public void WhatNeverFitsEndsInTheLibrarysOwnWords() =>
        Assert.Equal("no memory; try a smaller -ub", Assert.Throws<ContextException>(() => Fit(_ => false)).Message);

    [Fact]
    public void AWaveThatCannotBeComputedStepsDownToo()
    {
        Assert.Equal(1024, Fit(s => s.Limits.Tokens <= 1024, decode: true).Sizing.Limits.Tokens);
        Assert.Contains("llama_decode returned -2: no buffer; trying one context", warnings[0], StringComparison.Ordinal);
        Assert.Contains("no smaller waves are left", Assert.Throws<UserException>(() => Fit(_ => false, decode: true)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WavesThatHaveResultsDoNotShrink(bool decode)
    {
        string message = Assert.Throws<UserException>(() => Fit(_ => false, mayShrink: false, decode)).Message;
        Assert.Contains("free memory on the card and go on with --resume", message, StringComparison.Ordinal);
        Assert.Single(tried);
        Assert.Empty(warnings);
    }

    private (WaveSizing Sizing, WavePlan Plan) Fit(Func<WaveSizing, bool> fits, bool mayShrink = true, bool decode = false)
    {
        using TokenTable tokens = TokenTableBuilder.Build(1, (_, list) => list.Add(1), Path.Combine(folder, Path.GetRandomFileName()), 1, null, default);
        var forest = new PrefixForest(new PassList(tokens));
        return WaveFitting.Fit(First, limits => WavePlanner.Plan(forest, limits), (_, size) =>
        {
            tried.Add(size);
            if (!fits(size) && decode) throw new DecodeException(-2, "no buffer");
            if (!fits(size)) throw new ContextException("no memory; try a smaller -ub");
        }, mayShrink, warnings.Add);
    }
}
