using System.Diagnostics;
using Miwv.Engine.Resources;

namespace Miwv.Engine.Following;

/// <summary>
/// Writes <see cref="LiveState"/> once a second while a process works in a run directory, and passes the progress on. The file is only
/// for looking on: nothing depends on it, and that it cannot be written stops nothing.
/// </summary>
internal sealed class LiveWriter : IProgress<StageProgress>, IDisposable
{
    private const int KeptWarnings = 20;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1), Held = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly string path;
    private readonly List<Stage> stages = [];
    private readonly List<string> warnings = [];
    private readonly ResourceMeter meter = new();
    private readonly long began = Stopwatch.GetTimestamp(), processStarted;
    private readonly Timer timer;
    private long beat, reporting;
    private bool disposed;

    public LiveWriter(string path)
    {
        this.path = path;
        using (var process = Process.GetCurrentProcess()) processStarted = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds();
        timer = new Timer(_ => Write(), null, TimeSpan.Zero, Every);
    }

    /// <summary>Who the progress is passed on to.</summary>
    public IProgress<StageProgress>? Inner { get; set; }

    public void Report(StageProgress value)
    {
        lock (gate)
        {
            if (stages.Count == 0 || stages[^1].Last.Stage != value.Stage)
            {
                if (stages.Count > 0) stages[^1].End();
                stages.RemoveAll(s => s.Last.Stage == value.Stage);
                stages.Add(new Stage());
            }
            stages[^1].Last = value;
        }
        if (Inner is not { } inner) return;
        long begin = Stopwatch.GetTimestamp();
        Volatile.Write(ref reporting, begin);
        inner.Report(value);
        Volatile.Write(ref reporting, 0);
        if (Stopwatch.GetElapsedTime(begin) < Held) return;
        lock (gate) stages[^1].Pauses += Stopwatch.GetElapsedTime(begin);
    }

    public void Warn(string text)
    {
        lock (gate)
            if (warnings.Count < KeptWarnings) warnings.Add(text);
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            timer.Dispose();
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // a stale file is found out by its process
            }
        }
    }

    private void Write()
    {
        lock (gate)
        {
            if (disposed) return;
            bool paused = Volatile.Read(ref reporting) is not 0 and var since && Stopwatch.GetElapsedTime(since) >= Held;
            var state = new LiveState(Environment.ProcessId, processStarted, ++beat, Stopwatch.GetElapsedTime(began).TotalSeconds, paused,
                [.. stages.Select(s => new LiveStage(s.Last, s.Seconds, s.IsFinished))], [.. warnings], meter.Measure());
            try
            {
                // in place, not atomically: who reads half of it reads again
                using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                byte[] json = state.ToJson();
                file.SetLength(json.Length);
                file.Write(json);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
            {
                // a full disk, a limit on files: the journal says so
            }
        }
    }

    private sealed class Stage
    {
        private readonly long began = Stopwatch.GetTimestamp();
        private double? seconds;

        public StageProgress Last { get; set; }
        public TimeSpan Pauses { get; set; }
        public bool IsFinished => seconds is not null;
        public double Seconds => seconds ?? (Stopwatch.GetElapsedTime(began) - Pauses).TotalSeconds;

        public void End() => seconds ??= Seconds;
    }
}
