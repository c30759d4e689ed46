using BenchmarkDotNet.Attributes;
using Miwv.Engine.Journal;
using Miwv.Perf.Suite.Measuring;
using Miwv.Scoring.Waves;

namespace Miwv.Perf.Suite.Micro;

/// <summary>Records of six segments appended to a journal, against plain writes of as many bytes.</summary>
public sealed class JournalAppendBenchmark : MicroBenchmark, IDisposable
{
    internal const int Records = 2_000, Segments = 6, RecordBytes = JournalFormat.RecordHead + Segments * JournalFormat.SegmentSize + 4;
    private static readonly byte[] Key = new byte[JournalFormat.KeySize];
    private static readonly int[] Bounds = [.. Enumerable.Range(0, Segments + 1).Select(i => 20 * i)];
    private readonly int[] passes = [.. Enumerable.Range(0, Segments)];
    private readonly double[] nll = [.. Enumerable.Range(0, Segments).Select(i => i + 0.5)];
    private readonly float[] logProbs = new float[Segments * 20];
    private readonly byte[] bytes = new byte[RecordBytes];
    private JournalWriter? journal;
    private FileStream? plain;
    private string path = "";
    private int step;

    public override string Name => "journal append";
    public override string Against => "plain write of the bytes";
    public override long? MostBytes => 0;
    public override int Units => 4;

    internal static JournalLayout Layout => new(GeneratedRows.Passes, PerToken: false);

    [GlobalSetup]
    public void Prepare()
    {
        path = Scratch.File($"append-{Guid.NewGuid():N}");
        journal = JournalWriter.Open(path, Key, Layout, null);
        plain = new FileStream(path + ".plain", FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        Unit();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        journal?.Dispose();
        plain?.Dispose();
        if (path.Length == 0) return;
        File.Delete(path);
        File.Delete(path + ".plain");
    }

    protected override void Unit()
    {
        for (int i = 0; i < Records; i++)
            journal!.Append(step++, new WaveResult { Passes = passes, Bounds = Bounds, Nll = nll, LogProbs = logProbs });
    }

    protected override void Fixed()
    {
        for (int i = 0; i < 4 * Records; i++) plain!.Write(bytes);
    }

    /// <summary>A journal with a record for every step.</summary>
    internal static string Write(int steps)
    {
        string file = Scratch.File("journal");
        if (File.Exists(file)) return file;
        using var own = new JournalAppendBenchmark();
        using var writer = JournalWriter.Open(file, Key, Layout, null);
        for (int i = 0; i < steps; i++)
            writer.Append(i, new WaveResult { Passes = own.passes, Bounds = Bounds, Nll = own.nll, LogProbs = own.logProbs });
        return file;
    }

    internal static JournalReader Read(string file, int steps) => JournalReader.Open(file, Key, Layout, steps)!;
}
