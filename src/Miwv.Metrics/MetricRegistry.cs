using System.Globalization;
using Miwv.Data;
using Miwv.Metrics.Influence;
using Miwv.Metrics.Judging;
using Miwv.Metrics.Losses;
using Miwv.Metrics.Texts;
using Miwv.Metrics.Tokens;

namespace Miwv.Metrics;

/// <summary>All metrics by name.</summary>
public static class MetricRegistry
{
    private static readonly Func<double?, Metric>[] Makers =
    [
        _ => new MiwvMetric(),
        k => new MiwvOverNeighborsMetric((int)(k ?? 5)),
        _ => new LossMetric(oneShot: false, perplexity: false),
        _ => new LossMetric(oneShot: true, perplexity: false),
        _ => new LossMetric(oneShot: false, perplexity: true),
        _ => new LossMetric(oneShot: true, perplexity: true),
        _ => new IfdMetric(perplexity: false),
        _ => new IfdMetric(perplexity: true),
        _ => new IfdHeaderMetric(),
        _ => new IclIfdMetric(),
        _ => new ReversedIfdMetric(),
        percent => new SelectiveIfdMetric(percent ?? 75),
        probes => new WiciMetric((int)(probes ?? 5), repository: false),
        probes => new WiciMetric((int)(probes ?? 5), repository: true),
        draws => new CodecMetric((int)(draws ?? 1)),
        anchors => new NuggetsMetric((int)(anchors ?? 100)),
        rows => new HoldoutMetric((int)(rows ?? 4)),
        k => new RecostMetric((int)(k ?? 5), gain: false),
        k => new RecostMetric((int)(k ?? 5), gain: true),
        _ => new GrapeMetric(),
        percent => new MinKMetric(percent ?? 20),
        _ => new UpdMetric(),
        percent => new HesMetric(percent ?? 0.5),
        _ => new NormLossMetric(),
        prompts => new SelectItMetric((int)(prompts ?? SelectItMetric.MostPrompts)),
        _ => new DeitaMetric(complexity: true, quality: false),
        _ => new DeitaMetric(complexity: false, quality: true),
        _ => new DeitaMetric(complexity: true, quality: true),
        _ => new AlpaGasusMetric(helpfulness: false),
        _ => new AlpaGasusMetric(helpfulness: true),
        _ => new LengthMetric(prompt: false),
        _ => new LengthMetric(prompt: true),
        _ => new MtldMetric(),
        k => new KnnDistanceMetric((int)(k ?? 6)),
    ];

    private static readonly Dictionary<string, Func<double?, Metric>> ByName = Makers.ToDictionary(make => make(null).Info.Name);

    /// <summary>What there is, in the order of the documentation.</summary>
    public static IReadOnlyList<MetricInfo> All { get; } = [.. Makers.Select(make => make(null).Info)];

    /// <summary>Makes the metrics of a list like <c>miwv,ifd,nuggets=50</c>.</summary>
    /// <exception cref="UserException">An unknown name, a wrong parameter, or the same metric twice.</exception>
    public static IReadOnlyList<Metric> Parse(string list)
    {
        var metrics = new List<Metric>();
        foreach (string item in list.Split(',', StringSplitOptions.TrimEntries))
        {
            string name = item.Split('=')[0];
            if (!ByName.TryGetValue(name, out var make))
                throw new UserException($"--metric {item}: there is no such metric{Spelling.Hint(name, ByName.Keys)}; `miwv metrics` lists them");
            var metric = make(Parameter(item, make(null).Info));
            if (metrics.Any(m => m.Field == metric.Field))
                throw new UserException($"--metric {list}: {metric.Field} is named twice");
            metrics.Add(metric);
        }
        return metrics;
    }

    private static double? Parameter(string item, MetricInfo info)
    {
        int at = item.IndexOf('=', StringComparison.Ordinal);
        if (at < 0) return null;
        if (info.Parameter is not { } parameter) throw new UserException($"--metric {item}: {info.Name} takes no number");
        bool prompts = info.Name == "selectit", percent = parameter.Meaning.StartsWith("percent", StringComparison.Ordinal);
        if (!double.TryParse(item.AsSpan(at + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            || !(value > 0) || (percent ? value > 100 : value > (prompts ? SelectItMetric.MostPrompts : 1000) || value != Math.Truncate(value)))
            throw new UserException($"--metric {item}: {parameter.Meaning}: must be {(percent ? "above 0 and at most 100" : $"a whole number from 1 to {(prompts ? SelectItMetric.MostPrompts : 1000)}")}");
        return value;
    }
}
