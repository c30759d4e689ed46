using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Llama.Gguf;
using Miwv.Metrics;

namespace Miwv.Engine.Judging;

/// <summary>
/// Rating metrics by models of their own: each judge has a run in the folder judges of the run directory, one after the other, and a
/// metric's value is the weighted mean over its judges (SelectIT's model level, arXiv 2402.16705). A row that a judge could not rate has none.
/// </summary>
public sealed class JudgePanel : IDisposable
{
    private readonly List<(MiwvRun Run, double Weight, HashSet<string> Fields)> judges = [];

    /// <param name="settings">Those of the run that the panel belongs to.</param>
    /// <param name="directory">Of the judges' runs.</param>
    /// <param name="metrics">The metrics of <see cref="RunSettings.Metrics"/>, in its order.</param>
    /// <exception cref="UserException">A judge without a metric to rate, or one that cannot be used.</exception>
    internal JudgePanel(RunSettings settings, string directory, IReadOnlyList<Metric> metrics, IProgress<StageProgress>? progress, Action<string> warn, CancellationToken cancel)
    {
        var items = settings.Metrics.Split(',').Zip(metrics).ToList();
        var named = settings.Judges.Where(judge => judge.Metric is not null).Select(judge => judge.Metric!).ToHashSet();
        try
        {
            for (int i = 0; i < settings.Judges.Count; i++)
            {
                var judge = settings.Judges[i];
                var own = items.Where(item => item.Second.IsRating && (judge.Metric is null ? !named.Contains(item.Second.Info.Name) : item.Second.Info.Name == judge.Metric)).ToList();
                if (own.Count == 0)
                    throw new UserException($"--judges {judge}: there is nothing for it to rate; --metric {settings.Metrics} {(judge.Metric is null ? "has no rating metric (selectit, deita, alpagasus) without a judge" : $"lacks the rating metric {judge.Metric}")}");
                var run = MiwvRun.Open(settings with { Judges = [], DemonstrationsPath = null, ModelPath = judge.ModelPath, Metrics = string.Join(',', own.Select(item => item.First)), PerToken = false },
                    Path.Combine(directory, $"{i + 1}"), resume: false, NamedProgress.Of(NameOf(i), progress), warn, cancel);
                judges.Add((run, judge.Weight ?? GgufFile.Open(judge.ModelPath).ParameterCount, [.. own.Select(item => item.Second.Field)]));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What a judge's progress is called.</summary>
    internal static string NameOf(int judge) => $"judge {judge + 1}";

    public IEnumerable<MiwvRun> Runs => judges.Select(judge => judge.Run);

    /// <summary>Whether a judge rates this metric, so that the scoring model does not.</summary>
    public bool Rates(Metric metric) => judges.Any(judge => judge.Fields.Contains(metric.Field));

    /// <summary>Lets every judge rate all rows, as far as that is not done, and combines their values.</summary>
    public IReadOnlyList<MetricColumn> Score()
    {
        var rated = new List<(MetricColumn Column, double Weight, int Judge)>();
        for (int i = 0; i < judges.Count; i++)
        {
            rated.AddRange(judges[i].Run.Score().Metrics.Select(column => (column, judges[i].Weight, i + 1)));
            judges[i].Run.Unload();
        }
        return [.. rated.GroupBy(r => r.Column.Field).Select(panel => Combine([.. panel]))];
    }

    /// <summary>Σ weight · value / Σ weight.</summary>
    public static double[] WeightedMean(IReadOnlyList<double[]> values, IReadOnlyList<double> weights)
    {
        double sum = weights.Sum();
        return [.. Enumerable.Range(0, values[0].Length).Select(row => Enumerable.Range(0, values.Count).Sum(m => weights[m] / sum * values[m][row]))];
    }

    public void Dispose()
    {
        foreach (var (run, _, _) in judges) run.Dispose();
    }

    private static MetricColumn Combine((MetricColumn Column, double Weight, int Judge)[] panel)
    {
        var values = new MetricValues(WeightedMean([.. panel.Select(p => p.Column.Values)], [.. panel.Select(p => p.Weight)]))
        {
            Details = [.. panel.Select(p => ($"{p.Column.Field}_judge{p.Judge}", p.Column.Values))],
        };
        return panel[0].Column with { Result = values, PassesAlone = panel.Sum(p => p.Column.PassesAlone), TokensAlone = panel.Sum(p => p.Column.TokensAlone) };
    }
}
