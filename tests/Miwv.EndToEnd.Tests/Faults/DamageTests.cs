using System.Buffers.Binary;
using Miwv.EndToEnd.Tests.Support;
using Program = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>Files of a run cut short or with a bit turned: going on gives the identical result or one line.</summary>
public sealed class DamageTests : IDisposable
{
    private const int JournalHeader = 64, FlipsAProcess = 12;
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void AJournalCutAnywhereInItsLastThreeRecordsGoesOn()
    {
        var run = new SampleRun(scratch);
        Assert.Null(run.Finish("run"));
        byte[][] expected = run.Results("run");
        var files = run.Files("run");
        byte[] journal = files["passes.journal"];
        int[] starts = Records(journal);
        Assert.True(starts.Length >= 3);
        int cuts = 0;
        for (int length = starts[^3]; length < journal.Length; length += FaultCounts.CutStep, cuts++)
        {
            run.Restore("run", new(files) { ["passes.journal"] = journal[..length] });
            Assert.Null(run.Finish("run"));
            run.AssertSame(expected, "run", $"journal cut to {length} of {journal.Length} bytes");
        }
        FaultCounts.Report($"journal cut in its last three of {starts.Length} records: {cuts} places ({journal.Length - starts[^3]} bytes), {cuts} identical results");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ATurnedBitAnywhereIsNoWrongNumber(bool hnsw)
    {
        var run = new SampleRun(scratch, hnsw);
        Assert.Null(run.Finish("run"));
        byte[][] expected = run.Results("run");
        var files = run.Files("run");
        Assert.Equal(hnsw, files.ContainsKey("index.hnsw"));
        string[] names = [.. files.Keys.Where(name => files[name].Length > 0)];
        var random = new Random(FaultCounts.Seed);
        var same = names.ToDictionary(n => n, _ => 0);
        var refused = names.ToDictionary(n => n, _ => 0);
        for (int flip = 0; flip < FaultCounts.Flips; flip++)
        {
            string name = names[flip % names.Length];
            byte[] bytes = [.. files[name]];
            int at = random.Next(bytes.Length), bit = random.Next(8);
            bytes[at] ^= (byte)(1 << bit);
            var damaged = new Dictionary<string, byte[]>(files) { [name] = bytes };
            // vectors and index are only read while neighbours are to be found
            if (name is "embeddings.miwv" or "index.hnsw") damaged.Remove("neighbors.bin");
            run.Restore("run", damaged);
            if (Finish(run, asProcess: flip % FlipsAProcess == 1) is not { } line)
            {
                run.AssertSame(expected, "run", $"{name}, bit {bit} of byte {at}");
                same[name]++;
            }
            else
            {
                Assert.Contains(scratch["run"], line, StringComparison.Ordinal);
                refused[name]++;
            }
        }
        foreach (string name in names)
            FaultCounts.Report($"bits turned in {name}{(hnsw ? " (hnsw)" : "")}: {same[name] + refused[name]}, {same[name]} identical results, {refused[name]} refused in one line; every {FlipsAProcess}th by the program itself, else by its library");
        // whose run it is cannot be made again; vectors and an index may have taken hours, so that throwing them away is the person's to decide
        Assert.All(names, name => Assert.True(refused[name] == 0 || name is "run.json" or "index.hnsw" or "embeddings.miwv", $"{name}: {refused[name]} times given up"));
    }

    // Null if it finished, else the line that says why not; the program itself or, ten times cheaper, its library.
    private string? Finish(SampleRun run, bool asProcess)
    {
        if (!asProcess) return run.Finish("run");
        Program.Result end = Program.Run(scratch.Root, run.Arguments("run"));
        return end.Code == 0 ? null : end.OneLine(1);
    }

    // Where the records begin (docs/formats.md).
    private static int[] Records(byte[] journal)
    {
        var starts = new List<int>();
        for (int at = JournalHeader; at < journal.Length;)
        {
            starts.Add(at);
            int segments = BinaryPrimitives.ReadInt32LittleEndian(journal.AsSpan(at + 8)), values = BinaryPrimitives.ReadInt32LittleEndian(journal.AsSpan(at + 12));
            at += 16 + 16 * segments + 4 * values + 4;
        }
        return [.. starts];
    }
}
