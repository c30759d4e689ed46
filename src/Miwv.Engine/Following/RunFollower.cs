using System.Diagnostics;
using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Engine.Journal;
using Miwv.Engine.Runs;

namespace Miwv.Engine.Following;

/// <summary>
/// Looks on while another process works in a run directory: its stages, and the rows as they are scored. Nothing is written and the
/// run's lock is not touched, so that the run neither notices nor can be disturbed.
/// </summary>
public sealed class RunFollower : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IProgress<RowScored> listener;
    private readonly long opened = Stopwatch.GetTimestamp();
    private RowMap? map;
    private JournalTail? tail;
    private RowWatch? watch;
    private long beat = -1, beatAt;
    private DateTime mapWritten;
    private bool seenAlive;

    private RunFollower(RunDirectory directory, RunSettings settings, RowFile rows, IProgress<RowScored> listener) =>
        (Directory, Settings, Rows, this.listener) = (directory, settings, rows, listener);

    public RunDirectory Directory { get; }
    public RunSettings Settings { get; }
    public RowFile Rows { get; }
    public RunPhase Phase { get; private set; } = RunPhase.Running;

    /// <summary>Working folder of the run's first process; null if run.json does not say.</summary>
    public string? Folder => RunFile.ReadFolder(Directory.RunFile);

    /// <summary>What the run said of itself last; null if it has not said anything.</summary>
    public LiveState? Live { get; private set; }

    /// <summary>Counts up when the rows' passes are other ones than before; 0 = not known yet.</summary>
    public int Plans { get; private set; }

    /// <summary>Tokens of a plain loop for each token that is computed.</summary>
    public double Sharing => map is { PlanTokens: > 0 } ? (double)map.PlainTokens / map.PlanTokens : 1;

    /// <param name="listener">Hears of every row that is scored, once again after a run was killed and goes on.</param>
    /// <exception cref="UserException">No run there, made by a later version, damaged, or its data is gone or was changed.</exception>
    public static RunFollower Open(string path, IProgress<RowScored> listener, CancellationToken cancel)
    {
        var directory = RunDirectory.Read(path);
        var settings = RunFile.ReadSettings(directory.RunFile);
        var rows = RowFile.Open(settings.DataPath, new RowFileOptions { Columns = settings.Columns, Ids = settings.Ids, Limit = settings.Limit }, null, cancel);
        rows.Demonstrations = RunInputs.OpenDemonstrations(settings, cancel);
        if (RunFile.ReadIdentity(directory.RunFile).GetValueOrDefault("data") is not { } hash || hash == rows.Sha256) return new RunFollower(directory, settings, rows, listener);
        rows.Dispose();
        throw new UserException($"{settings.DataPath}: was changed since the run {path} began; put the old file back, or run again");
    }

    /// <summary>Row status, what a cascade made of the row, its neighbour (−1 = none) and their cosine, as the plan has them.</summary>
    public (RowStatus Status, CascadeRole Role, int Neighbor, double Cosine) Row(int row) => (map!.Status[row], map.Roles[row], map.Neighbor[row], map.Cosine[row]);

    /// <summary>True if the run has one-shot passes.</summary>
    public bool HasOneShots => map?.OneShot.Any(pass => pass >= 0) ?? false;

    /// <summary>Looks once more. Rows are reported from within.</summary>
    public void Poll()
    {
        Live = LiveState.Read(Directory.LiveFile) ?? Live;
        Phase = PhaseOf();
        var written = File.GetLastWriteTimeUtc(Directory.RowMapFile);
        if (written == mapWritten || RowMap.Read(Directory.RowMapFile) is not { } found || found.Count != Rows.Count) return;
        mapWritten = written;
        if (map is not null && map.Key.AsSpan().SequenceEqual(found.Key)) return;
        map = found;
        Plans++;
        tail = null;
    }

    /// <summary>Reports the rows that were scored since the last call; all there are at the first one after <see cref="Plans"/> changed.</summary>
    public void ReadRows()
    {
        if (map is null) return;
        if (tail is null)
        {
            tail = new JournalTail(Directory.JournalFile, map.Key, map.StepTokens.Length);
            watch = new RowWatch(map, listener);
        }
        var rows = watch!;
        tail.Read(rows.Restart, record => rows.Add(record));
    }

    public void Dispose()
    {
        Rows.Dispose();
        Directory.Dispose();
    }

    private RunPhase PhaseOf()
    {
        if (File.Exists(Directory.ScoresFile)) return RunPhase.Finished;
        bool early = Stopwatch.GetElapsedTime(opened) < Patience;
        if (!File.Exists(Directory.LiveFile)) return early && IsNew(Directory.RunFile) ? RunPhase.Running : RunPhase.Stopped;
        if (Live is null) return early ? RunPhase.Running : RunPhase.Silent;
        if (Live.Beat != beat)
        {
            // one that was left by a killed process is not a sign of life
            if (beat >= 0 || IsNew(Directory.LiveFile)) beatAt = Stopwatch.GetTimestamp();
            beat = Live.Beat;
        }
        bool alive = IsAlive(Live);
        seenAlive |= alive;
        if (seenAlive && !alive) return RunPhase.Stopped;
        if (beatAt != 0 && Stopwatch.GetElapsedTime(beatAt) < Patience) return RunPhase.Running;
        return alive ? RunPhase.Silent : RunPhase.Stopped;
    }

    private static bool IsNew(string file) => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) < Patience;

    private static bool IsAlive(LiveState state)
    {
        try
        {
            // killed, but not yet taken off the list by its parent
            if (OperatingSystem.IsLinux() && File.ReadAllText($"/proc/{state.Pid}/stat").Split(')')[^1].TrimStart() is ['Z' or 'X', ..]) return false;
            using var process = Process.GetProcessById(state.Pid);
            return Math.Abs(new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() - state.ProcessStarted) < 2000 && !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
