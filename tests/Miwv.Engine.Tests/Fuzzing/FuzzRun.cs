using System.Diagnostics;
using System.Globalization;
using Miwv.Data;

namespace Miwv.Engine.Tests.Fuzzing;

/// <summary>
/// One reader on changed files for some seconds of processor time. What answers in a new way is kept and changed again, so that the
/// changes work their way behind the first check. MIWV_FUZZ_SECONDS (default 1) and MIWV_FUZZ_SEED choose how much and which;
/// a failing input is written to MIWV_FUZZ_FAILURES, if that is set, and named by seed and round in any case.
/// </summary>
/// <param name="head">Bytes at the front where lengths, counts and names stand.</param>
/// <param name="seal">Makes the checksums of a changed file right again; null = it has none.</param>
internal sealed class FuzzRun(string name, string path, int head, Action<string> read, Func<byte[], byte[]>? seal = null)
{
    private const int MostKept = 400, HangSeconds = 60, FewestRounds = 50;

    private static readonly int Seed = (int)Number("MIWV_FUZZ_SEED", 8);
    private readonly List<byte[]> kept = [];
    private readonly HashSet<string> answers = [];
    private long roundBegan = Stopwatch.GetTimestamp();
    private volatile byte[] input = [];
    private int round, refused;

    /// <param name="inputs">Good files first, then those that once failed.</param>
    public void Start(params byte[][] inputs)
    {
        File.WriteAllBytes(path, inputs[0]);
        read(path);
        foreach (byte[] bytes in inputs)
        {
            Try(bytes);
            kept.Add(bytes);
        }
        double seconds = Number("MIWV_FUZZ_SECONDS", 1);
        using var watchdog = new Timer(_ => EndIfHanging(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        TimeSpan begin = Environment.CpuUsage.TotalTime;
        for (round = 0; round < FewestRounds || (Environment.CpuUsage.TotalTime - begin).TotalSeconds < seconds; round++)
        {
            var random = new Random(unchecked(Seed * 1_000_003 + round));
            byte[] good = random.Next(4) == 0 ? inputs[0] : kept[random.Next(kept.Count)], other = kept[random.Next(kept.Count)];
            byte[] changed = new Mutator(random).Change(good, other, head);
            byte[] bytes = seal is not null && random.Next(3) != 0 ? seal(changed) : changed;
            if (Try(bytes) && kept.Count < MostKept && changed.Length <= 4 * inputs[0].Length + 4096) kept.Add(changed);
        }
        Report(seconds);
    }

    // True if the reader answered in a way it had not before.
    private bool Try(byte[] bytes)
    {
        input = bytes;
        Interlocked.Exchange(ref roundBegan, Stopwatch.GetTimestamp());
        File.WriteAllBytes(path, bytes);
        try
        {
            read(path);
            return answers.Add($"read {int.Log2(bytes.Length + 1)}");
        }
        catch (UserException e)
        {
            refused++;
            if (e.Message.Length is 0 or > 2000 || e.Message.AsSpan().ContainsAny('\n', '\r', '\e')) throw Failed($"not one line: {e.Message}", null);
            return answers.Add(string.Concat(e.Message.Replace(path, "", StringComparison.Ordinal).Where(static c => !char.IsAsciiDigit(c) && c < 128).Take(100)));
        }
        catch (Exception e)
        {
            throw Failed(e.ToString(), e);
        }
    }

    private InvalidOperationException Failed(string what, Exception? cause)
    {
        Keep();
        return new InvalidOperationException($"{name}, seed {Seed}, round {round}: {what}", cause);
    }

    private void EndIfHanging()
    {
        if (Stopwatch.GetElapsedTime(Interlocked.Read(ref roundBegan)).TotalSeconds < HangSeconds) return;
        Keep();
        Environment.FailFast($"{name}, seed {Seed}, round {round}: no answer after {HangSeconds} s");
    }

    private void Keep()
    {
        if (Environment.GetEnvironmentVariable("MIWV_FUZZ_FAILURES") is not { Length: > 0 } folder) return;
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, $"{Path.GetFileName(name)}-{Seed}-{round}"), input);
    }

    private void Report(double seconds)
    {
        if (Environment.GetEnvironmentVariable("MIWV_FUZZ_REPORT") is not { Length: > 0 } report) return;
        string line = string.Create(CultureInfo.InvariantCulture, $"{name}: {round} changed files in {seconds} s of processor time, seed {Seed}, {refused} refused in one line, {answers.Count} kinds of answer, peak of the process {Peak()} MiB\n");
        File.AppendAllText(report, line);
    }

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 >> 20;
    }

    private static double Number(string name, double otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
