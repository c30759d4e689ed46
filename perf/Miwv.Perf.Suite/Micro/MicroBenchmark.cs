using BenchmarkDotNet.Attributes;
using Miwv.Perf.Suite.Measuring;

namespace Miwv.Perf.Suite.Micro;

/// <summary>
/// A part of the engine and the fixed work it is held against. BenchmarkDotNet runs both methods in turn, round after round; each does its
/// unit of work as often as makes a few ten milliseconds.
/// </summary>
public abstract class MicroBenchmark
{
    /// <summary>The name in tables and files.</summary>
    public abstract string Name { get; }

    /// <summary>The reference in a word or two.</summary>
    public abstract string Against { get; }

    /// <summary>Managed bytes that one unit of the subject may allocate; null = any amount.</summary>
    public virtual long? MostBytes => null;

    /// <summary>Units of work of one call of <see cref="Subject"/>.</summary>
    public abstract int Units { get; }

    /// <summary>Rounds of subject and reference in turn.</summary>
    public virtual int Rounds => 5;

    /// <summary>Why it cannot be measured on this machine; null = it can.</summary>
    public virtual string? Lacks => null;

    [Benchmark]
    public void Subject()
    {
        int times = Slowdown.Times(Name, Units);
        for (int i = 0; i < times; i++) Unit();
    }

    [Benchmark(Baseline = true)]
    public void Reference() => Fixed();

    /// <summary>One unit of the subject's work.</summary>
    protected abstract void Unit();

    /// <summary>All of the reference's work.</summary>
    protected abstract void Fixed();
}
