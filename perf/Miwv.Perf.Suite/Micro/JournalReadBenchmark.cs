using BenchmarkDotNet.Attributes;

namespace Miwv.Perf.Suite.Micro;

/// <summary>A journal opened, every record checked and its sums read, against reading the file and copying it four times in memory.</summary>
public class JournalReadBenchmark : MicroBenchmark
{
    private const int Steps = 500;
    private string file = "";
    private byte[] copy = [];
    private double sum;

    public override string Name => "journal read";
    public override string Against => "file read and 4 memcpy";
    public override int Units => 60;

    [GlobalSetup]
    public void Prepare()
    {
        file = JournalAppendBenchmark.Write(Steps);
        copy = new byte[new FileInfo(file).Length];
    }

    protected override void Unit()
    {
        var journal = JournalAppendBenchmark.Read(file, Steps);
        for (int step = 0; step < Steps; step++)
        {
            var record = journal.Record(step);
            for (int i = 0; i < record.Segments; i++) sum += record.Segment(i).Nll;
        }
        ((object)journal as IDisposable)?.Dispose();
    }

    protected override void Fixed()
    {
        for (int i = 0; i < 60; i++)
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int n = 0; n < 4; n++) bytes.CopyTo(copy, 0);
        }
    }
}
