using System.Diagnostics;
using System.Globalization;

namespace Miwv.Engine;

/// <summary>Wall time of the stages that this process ran, in their order; a stage that found its result in the run directory took what opening it took.</summary>
public sealed class StageTimes
{
    private readonly List<(string Stage, double Seconds)> stages = [];

    /// <summary>Stage names and seconds.</summary>
    public IReadOnlyList<(string Stage, double Seconds)> Stages => stages;

    internal T Measure<T>(string stage, Func<T> work)
    {
        long begin = Stopwatch.GetTimestamp();
        T result = work();
        stages.Add((stage, Stopwatch.GetElapsedTime(begin).TotalSeconds));
        return result;
    }

    /// <summary>"read 0.3 s, embed 4.8 s, neighbors 0.3 s".</summary>
    public override string ToString() => string.Join(", ", stages.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Stage} {s.Seconds:F1} s")));
}
