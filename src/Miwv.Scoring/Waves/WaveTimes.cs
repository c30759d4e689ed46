using System.Diagnostics;

namespace Miwv.Scoring.Waves;

/// <summary>Where the time of the waves went, in Stopwatch ticks added up over the contexts: all that is not <see cref="Model"/> is overhead.</summary>
public sealed class WaveTimes
{
    /// <summary>Laying out tokens and pairs.</summary>
    public long Pack { get; internal set; }

    /// <summary>Inside llama_decode before the computation: batch checks, attention mask, graph.</summary>
    public long Prepare { get; internal set; }

    /// <summary>The computation itself.</summary>
    public long Model { get; internal set; }

    public long Gather { get; internal set; }

    /// <summary>Tokens decoded, trunks that were computed again after a resume included.</summary>
    public long Tokens { get; internal set; }

    /// <summary>Waves that were computed one pass at a time, because the device had no memory for the whole.</summary>
    public int Split { get; internal set; }

    /// <summary>When the device had work of this context, in Stopwatch timestamps: computations and gathers, in order.</summary>
    public List<(long From, long To)> Busy { get; } = [];

    /// <summary>Ticks between the first and the last of <see cref="Busy"/> in which no context gave the device any work.</summary>
    public long Idle()
    {
        long idle = 0, end = long.MaxValue;
        foreach (var (from, to) in Busy.Order())
        {
            idle += Math.Max(0, from - end);
            end = end == long.MaxValue ? to : Math.Max(end, to);
        }
        return idle;
    }

    /// <summary>Adds the times of another context or round.</summary>
    public void Add(WaveTimes other)
    {
        Pack += other.Pack;
        Prepare += other.Prepare;
        Model += other.Model;
        Gather += other.Gather;
        Tokens += other.Tokens;
        Split += other.Split;
        Busy.AddRange(other.Busy);
        Elapsed += other.Elapsed;
    }

    /// <summary>Time of the whole stage; less than the sum of the parts if several contexts worked.</summary>
    public long Elapsed { get; set; }

    public static double Seconds(long ticks) => (double)ticks / Stopwatch.Frequency;
}
