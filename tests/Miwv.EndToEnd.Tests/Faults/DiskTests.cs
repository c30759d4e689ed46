using Miwv.EndToEnd.Tests.Support;
using Program = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>Disks that take no more and folders that take nothing: one line, and with room the run goes on to the identical result.</summary>
public sealed class DiskTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void FilesThatCannotGrow()
    {
        if (!OperatingSystem.IsLinux()) return; // ulimit -f in blocks of 512 bytes
        var run = new SampleRun(scratch);
        Program.Result whole = Program.Run(scratch.Root, run.Arguments("whole"));
        Assert.True(whole.Code == 0, whole.Error);
        byte[][] expected = run.Results("whole");
        long largest = run.Files("whole").Values.Max(bytes => (long)bytes.Length) / 512 + 2;
        int refused = 0;
        for (int i = 0; i < FaultCounts.Limits; i++)
        {
            string name = $"run{i}";
            // from nothing at all to nearly enough, closer together near nothing
            long blocks = (long)(largest * Math.Pow((double)i / FaultCounts.Limits, 2));
            // the runtime's own double mapping is a file too
            Program.Result small = Program.Shell(scratch.Root, $"export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f {blocks}; exec \"$MIWV\" {Quoted(run.Arguments(name))}");
            if (small.Code != 0)
            {
                small.OneLine(1);
                refused++;
            }
            Program.Result end = Program.Run(scratch.Root, run.Arguments(name));
            Assert.True(end.Code == 0, end.Error);
            run.AssertSame(expected, name, $"{name} after a limit of {blocks} blocks");
        }
        Assert.NotEqual(0, refused);
        FaultCounts.Report($"files limited in size (as a full disk): {FaultCounts.Limits}, {refused} ended in one line, {FaultCounts.Limits} identical results once there was room");
    }

    [Fact]
    public void AFullDisk()
    {
        // a small file system of its own needs Linux and the right to one
        if (!OperatingSystem.IsLinux() || Program.Shell(scratch.Root, "unshare -rm mount -t tmpfs -o size=64k tmpfs /mnt").Code != 0)
        {
            FaultCounts.Report("a full disk: no file system could be made here");
            return;
        }
        var run = new SampleRun(scratch);
        Program.Result whole = Program.Run(scratch.Root, run.Arguments("whole"));
        Assert.True(whole.Code == 0, whole.Error);
        byte[][] expected = run.Results("whole");
        long largest = run.Files("whole").Values.Sum(bytes => (long)bytes.Length);
        int refused = 0;
        for (int i = 0; i < FaultCounts.Limits; i++)
        {
            string name = $"run{i}", folder = scratch[name];
            Directory.CreateDirectory(folder);
            // from one page to nearly enough, then as much as it wants
            long size = 4096 + (long)(largest * Math.Pow((double)i / FaultCounts.Limits, 2));
            Program.Result result = Program.Shell(scratch.Root, $"""
                unshare -rm sh -c 'mount -t tmpfs -o size={size} tmpfs {folder} || exit 99
                "$MIWV" {string.Join(' ', run.Arguments(name))} >/dev/null 2>{folder}.first; echo $? >{folder}.code
                mount -o remount,size=64m {folder}
                "$MIWV" {string.Join(' ', run.Arguments(name))} >/dev/null 2>{folder}.second || exit 98
                cp -r {folder} {folder}.copy'
                """);
            string first = File.Exists(folder + ".first") ? File.ReadAllText(folder + ".first") : "";
            Assert.True(result.Code == 0, $"{size} bytes, exit code {result.Code}: {result.Error}{first}{(File.Exists(folder + ".second") ? File.ReadAllText(folder + ".second") : "")}");
            if (File.ReadAllText(folder + ".code").Trim() != "0")
            {
                new Program.Result(int.Parse(File.ReadAllText(folder + ".code"), System.Globalization.CultureInfo.InvariantCulture), "", first).OneLine(1);
                refused++;
            }
            Directory.Delete(folder);
            Directory.Move(folder + ".copy", folder);
            run.AssertSame(expected, name, $"{name} after a disk of {size} bytes");
        }
        Assert.NotEqual(0, refused);
        FaultCounts.Report($"a full disk (tmpfs): {FaultCounts.Limits}, {refused} ended in one line, {FaultCounts.Limits} identical results once there was room");
    }

    [Fact]
    public void ADirectoryThatTurnsReadOnly()
    {
        if (!OperatingSystem.IsLinux()) return; // the rights of files are Unix'
        // root may write everywhere, so root becomes nobody
        string become = Environment.IsPrivilegedProcess ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
        var run = new SampleRun(scratch);
        Program.Result whole = Program.Run(scratch.Root, run.Arguments("run"));
        Assert.True(whole.Code == 0, whole.Error);
        byte[][] expected = run.Results("run");
        // as it is in the middle of scoring: half a journal, no results
        string journal = Path.Combine(scratch["run"], "passes.journal");
        File.WriteAllBytes(journal, File.ReadAllBytes(journal)[..^40]);
        File.Delete(Path.Combine(scratch["run"], "scores.jsonl"));
        string line = Program.Shell("/", $"chmod 755 '{scratch.Root}'; chmod -R a-w,a+rX '{scratch["run"]}'; {become}\"$MIWV\" {Quoted(run.Arguments("run"))}").OneLine(1);
        Assert.Contains(scratch["run"], line, StringComparison.Ordinal);
        Program.Result end = Program.Shell(scratch.Root, $"chmod -R u+w '{scratch["run"]}'; \"$MIWV\" {Quoted(run.Arguments("run"))}");
        Assert.True(end.Code == 0, end.Error);
        run.AssertSame(expected, "run", "after a directory that could not be written");
        FaultCounts.Report("run directory read-only in the middle of scoring: one line, identical result once it can be written");
    }

    private static string Quoted(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(a => $"'{a}'"));
}
