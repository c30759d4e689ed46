using Miwv.EndToEnd.Tests.Support;
using Program = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>Torn, reordered and lost writes: a recorded run, cut by a power failure anywhere, is gone on with to the identical result.</summary>
public sealed class PowerFailureTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatTheDiskKeptIsGoneOnWith(bool hnsw)
    {
        if (!OperatingSystem.IsLinux()) return; // the library that records is Linux'
        var run = new SampleRun(scratch, hnsw);
        Program.Result whole = Program.RunWith(FaultIo.Watch(scratch["run"]).With("RECORD", scratch["record"]), scratch.Root, run.Arguments("run"));
        Assert.True(whole.Code == 0, whole.Error);
        byte[][] expected = run.Results("run");
        var failure = new PowerFailure(scratch["record"]);
        Assert.True(failure.Count > 30);
        int same = 0, bare = 0, whole_ = 0;
        for (int i = 0; i < FaultCounts.Failures; i++)
        {
            var random = new Random(unchecked(FaultCounts.Seed * 7919 + i));
            int at = random.Next(failure.Count + 1);
            var files = failure.After(at, random);
            run.Restore("run", files.Where(f => Path.GetDirectoryName(f.Key) == scratch["run"]).ToDictionary(f => Path.GetFileName(f.Key), f => f.Value));
            if (files.TryGetValue(run.Selected("run"), out byte[]? selected))
            {
                // the name of a selection is only there with all of it
                Assert.True(selected.AsSpan().SequenceEqual(expected[2]), $"failure {i} after call {at}: half a selection");
                whole_++;
            }
            if (files.Count == 0) bare++;
            if (run.Finish("run") is { } line) Assert.Fail($"failure {i} after call {at} of {failure.Count}: not gone on with: {line}");
            run.AssertSame(expected, "run", $"failure {i} after call {at}");
            same++;
        }
        FaultCounts.Report($"power failures among {failure.Count} recorded calls{(hnsw ? " (hnsw)" : "")} (writes lost, torn, reordered, names lost): {same}, {same} identical results; {bare} left nothing at all, {whole_} a whole selection");
    }
}
