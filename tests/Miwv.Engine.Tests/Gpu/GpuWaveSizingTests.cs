using FsCheck;
using FsCheck.Fluent;
using Miwv.Engine.Gpu;

namespace Miwv.Engine.Tests.Gpu;

public class GpuWaveSizingTests
{
    private const long GiB = 1L << 30;

    // Llama 2 7B and Qwen2 1.5B in f16
    private static readonly ModelFootprint Seven = new(13_476_831_232, 32, 4096, 11008, 32, 4096, 32_000);
    private static readonly ModelFootprint Qwen = new(3_087_428_608, 28, 1536, 8960, 12, 256, 151_936);

    private static readonly RunSettings Settings = new() { DataPath = "d", ModelPath = "m", Threads = 8 };

    [Fact]
    public void ALargeCardGetsTwoContextsOfLargeWaves()
    {
        var size = GpuWaveSizing.For(Seven, 140 * GiB, 0, 128 * GiB, Settings);
        Assert.Equal((2048, 2, 4), (size.Limits.Tokens, size.Contexts, size.ThreadsPerContext));
        Assert.InRange(size.Limits.Outputs, 1024, 2048);
        // 16 bytes x 151,936 ids x rows stay below 2 GiB a context
        Assert.InRange(GpuWaveSizing.For(Qwen, 140 * GiB, 0, 128 * GiB, Settings).Limits.Outputs, 800, 883);
    }

    [Fact]
    public void ASmallerCardGetsSmallerWavesBeforeItGetsNone()
    {
        var full = GpuWaveSizing.For(Seven, 24 * GiB, 0, 64 * GiB, Settings);
        Assert.Equal(2048, full.Limits.Tokens);
        var tight = GpuWaveSizing.For(Seven, 16 * GiB, 0, 64 * GiB, Settings);
        Assert.True(tight.Contexts * tight.Limits.Tokens < full.Contexts * full.Limits.Tokens, $"{tight}");
        // nothing fits: the smallest is tried all the same, the library has the last word
        var none = GpuWaveSizing.For(Seven, 8 * GiB, 0, 64 * GiB, Settings);
        Assert.Equal((128, 1), (none.Limits.Tokens, none.Contexts));
    }

    [Fact]
    public void WhatTheUserSaysIsKept()
    {
        Assert.Equal(777, GpuWaveSizing.For(Seven, 140 * GiB, 0, 64 * GiB, Settings with { WaveTokens = 777 }).Limits.Tokens);
        Assert.Equal(777, GpuWaveSizing.For(Seven, GiB, 0, 64 * GiB, Settings with { WaveTokens = 777 }).Limits.Tokens);
    }

    [Fact]
    public void WhatOthersTookOfTheCardIsNotPlannedWith()
    {
        var alone = GpuWaveSizing.For(Seven, 140 * GiB, 120 * GiB, 64 * GiB, Settings);
        Assert.Equal(GpuWaveSizing.For(Seven, 140 * GiB, 0, 64 * GiB, Settings), alone);
        var beside = GpuWaveSizing.For(Seven, 140 * GiB, 3 * GiB, 64 * GiB, Settings);
        Assert.True(beside.Contexts * beside.Limits.Tokens < alone.Contexts * alone.Limits.Tokens, $"{beside}");
        var inGraph = GpuWaveSizing.For(Qwen, 6 * GiB, 0, 64 * GiB, Settings, inGraph: true);
        Assert.True(inGraph.Contexts * inGraph.Limits.Tokens <= GpuWaveSizing.For(Qwen, 6 * GiB, 0, 64 * GiB, Settings).Contexts * 2048);
    }

    [Fact]
    public void LimitsAreLegalOnAnyMachine()
    {
        var cases = from card in Gen.Choose(1, 200)
                    from host in Gen.Choose(1, 512)
                    from vocabulary in Gen.Elements(300, 32_000, 128_256, 262_144)
                    from width in Gen.Elements(64, 768, 4096, 8192)
                    from exact in Gen.Elements(true, false)
                    select (card, host, vocabulary, width, exact);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var model = new ModelFootprint((long)c.width * c.width * 400, 32, c.width, 3 * c.width, 32, c.width, c.vocabulary);
            var size = GpuWaveSizing.For(model, c.card * GiB, 0, c.host * GiB, Settings with { Exact = c.exact });
            Assert.InRange(size.Limits.Tokens, 128, 2048);
            Assert.InRange(size.Limits.Outputs, 1, size.Limits.Tokens);
            Assert.InRange(size.Contexts, 1, 2);
            var more = GpuWaveSizing.For(model, (c.card + 8) * GiB, 0, c.host * GiB, Settings with { Exact = c.exact });
            Assert.True(more.Contexts >= size.Contexts, "more memory, fewer contexts");
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void SteppingDownEnds()
    {
        var size = GpuWaveSizing.For(Seven, 140 * GiB, 0, 128 * GiB, Settings);
        int steps = 0;
        for (WaveSizing? next = size; (next = GpuWaveSizing.Smaller(size)) is not null; size = next, steps++)
        {
            Assert.True(next.Contexts < size.Contexts || next.Limits.Tokens < size.Limits.Tokens);
            Assert.InRange(next.Limits.Outputs, 1, next.Limits.Tokens);
        }
        Assert.Equal((1, 64, 6), (size.Contexts, size.Limits.Tokens, steps));
        Assert.Equal(8, size.ThreadsPerContext);
    }
}
