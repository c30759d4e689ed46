using System.Globalization;
using Miwv.EndToEnd.Tests.Support;
using Program = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>What happens around a run: the terminal closes, the path is strange, the data changes, another process comes.</summary>
public sealed class CircumstanceTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    public void TheTerminalIsClosed(string screen)
    {
        if (!OperatingSystem.IsLinux()) return; // script of util-linux
        var run = new SampleRun(scratch);
        byte[][] expected = Whole(run);
        int stopped = 0;
        for (int i = 0; i < Math.Max(1, FaultCounts.Signals / 4); i++)
        {
            string name = $"{screen}{i}", id = scratch[name + ".pid"];
            string miwv = $"echo $$ >'{id}'; exec \"$MIWV\" {string.Join(' ', run.Arguments(name).Where(a => a != "-q"))} --tui {screen}";
            string line = scratch.Write(name + ".sh", miwv);
            // a terminal that dies with its owner, in the middle of the run
            Program.Shell(scratch.Root, $"script -qfc 'sh {line}' /dev/null </dev/zero >/dev/null 2>&1 & s=$!; n=0; while [ ! -s '{scratch[name]}/passes.journal' ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done; kill -9 $s; wait $s 2>/dev/null; true");
            int process = int.Parse(File.ReadAllText(id), CultureInfo.InvariantCulture);
            for (int wait = 0; Directory.Exists($"/proc/{process}"); wait++)
            {
                Assert.True(wait < 600, "still running a minute after its terminal went away");
                Thread.Sleep(100);
            }
            if (!File.Exists(run.Selected(name))) stopped++;
            Assert.Null(run.Finish(name));
            run.AssertSame(expected, name, $"{name} after its terminal was closed");
        }
        FaultCounts.Report($"terminal closed (screen {screen}): {Math.Max(1, FaultCounts.Signals / 4)}, {stopped} had not finished, all identical results");
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("Läufe ☃ 数据")]
    [InlineData("it's \"quoted\" & $HOME; #1")]
    [InlineData("-dash")]
    public void RunsOnStrangePaths(string folder)
    {
        if (!OperatingSystem.IsLinux()) return; // names that other systems do not have
        using var inner = new Scratch();
        Directory.CreateDirectory(inner[folder]);
        File.Copy(Checkout.Data, inner[Path.Combine(folder, "dät a.json")]);
        File.Copy(Checkout.Model, inner[Path.Combine(folder, "mo del.gguf")]);
        string[] arguments = ["select", "dät a.json", "-m", "mo del.gguf", "--limit", "20", "--exact", "-ub", "64", "-t", "1", "-q", "--top", "10%"];
        Program.Result whole = Program.Run(inner[folder], [.. arguments, "--run", "run 1", "-o", "o 1.json"]);
        Assert.True(whole.Code == 0, whole.Error);
        // the same names in full, killed and gone on with
        string run = inner[Path.Combine(folder, "ru\u0301n 2")], output = inner[Path.Combine(folder, "o 2.json")];
        Program.Result killed = Program.RunWith(FaultIo.Watch(run).With("KILL", "60+"), inner[folder], [.. arguments, "--run", run, "-o", output]);
        Assert.Equal(137, killed.Code);
        Program.Result end = Program.Run(inner[folder], [.. arguments, "--run", run, "-o", output]);
        Assert.True(end.Code == 0, end.Error);
        foreach (string name in new[] { "scores.jsonl", "summary.json" })
            Assert.Equal(File.ReadAllBytes(inner[Path.Combine(folder, "run 1", name)]), File.ReadAllBytes(Path.Combine(run, name)));
        Assert.Equal(File.ReadAllBytes(inner[Path.Combine(folder, "o 1.json")]), File.ReadAllBytes(output));
        Program.Result report = Program.Run(inner[folder], "report", run, "-o", inner[Path.Combine(folder, "re port.html")]);
        Assert.True(report.Code == 0, report.Error);
    }

    [Fact]
    public void DataChangedBetweenStopAndGoingOnIsRefused()
    {
        if (!OperatingSystem.IsLinux()) return;
        string data = scratch["data.json"];
        File.Copy(Checkout.Data, data);
        var run = new SampleRun(scratch, data: data);
        byte[][] expected = Whole(run);
        byte[] good = File.ReadAllBytes(data);
        int times = 0;
        foreach (Func<byte[], byte[]> change in new Func<byte[], byte[]>[] { bytes => [.. bytes[..200], (byte)(bytes[200] ^ 1), .. bytes[201..]], bytes => [.. bytes, (byte)'\n'], _ => File.ReadAllBytes(Checkout.Model), _ => [] })
        {
            string name = $"run{times++}";
            Assert.Equal(137, Program.RunWith(FaultIo.Watch(scratch[name]).With("KILL", $"{40 + 10 * times}+"), scratch.Root, run.Arguments(name)).Code);
            File.WriteAllBytes(data, change(good));
            Program.Run(scratch.Root, run.Arguments(name)).OneLine(1);
            File.Delete(data);
            Program.Run(scratch.Root, run.Arguments(name)).OneLine(1);
            File.WriteAllBytes(data, good);
            Assert.Null(run.Finish(name));
            run.AssertSame(expected, name, $"{name} after its data was changed and put back");
        }
        FaultCounts.Report($"data changed, cut, replaced or deleted between stop and going on: {times} times one line, {times} identical results once it was put back");
    }

    [Fact]
    public void TwoProcessesThatBeginAtOnceInOneRun()
    {
        var run = new SampleRun(scratch);
        byte[][] expected = Whole(run);
        int refused = 0, pairs = Math.Max(2, FaultCounts.Signals / 4);
        for (int i = 0; i < pairs; i++)
        {
            string name = $"pair{i}";
            Program[] both = [Program.Start(scratch.Root, run.Arguments(name)), Program.Start(scratch.Root, run.Arguments(name))];
            Program.Result[] ends = [.. both.Select(p => p.Wait())];
            foreach (Program process in both) process.Dispose();
            Assert.Contains(ends, end => end.Code == 0);
            foreach (Program.Result end in ends.Where(end => end.Code != 0))
            {
                Assert.Contains("another miwv process", end.OneLine(1), StringComparison.Ordinal);
                refused++;
            }
            run.AssertSame(expected, name, $"{name}: two processes");
        }
        FaultCounts.Report($"two processes at once in one run: {pairs} pairs, {refused} refused in one line, the others one after the other, {pairs} identical results");
    }

    private static byte[][] Whole(SampleRun run)
    {
        Assert.Null(run.Finish("whole"));
        return run.Results("whole");
    }
}
