using System.Globalization;
using Miwv.Data;

namespace Miwv.Engine.Judging;

/// <summary>A model that rates the rows in place of the scoring model.</summary>
/// <param name="ModelPath">Its GGUF.</param>
/// <param name="Weight">Its share among the judges of a metric; null = its parameter count (SelectIT, arXiv 2402.16705).</param>
/// <param name="Metric">The only metric it rates; null = all rating metrics that no judge is named for.</param>
public sealed record Judge(string ModelPath, double? Weight = null, string? Metric = null)
{
    /// <summary>Reads <c>a.gguf:7,b.gguf:13</c> or <c>deita_quality=q.gguf</c>.</summary>
    /// <exception cref="UserException">A weight that is not above 0, no file, or weights for some judges only.</exception>
    public static IReadOnlyList<Judge> ParseList(string list)
    {
        Judge[] judges = [.. list.Split(',', StringSplitOptions.TrimEntries).Select(Parse)];
        foreach (var panel in judges.GroupBy(judge => judge.Metric))
            if (panel.Any(judge => judge.Weight is null) && panel.Any(judge => judge.Weight is not null))
                throw new UserException($"--judges {list}: some have a weight and some not; give all of them one, or none (then their parameter counts are the weights)");
        return judges;
    }

    /// <summary>The list as <see cref="ParseList"/> reads it; null for no judges.</summary>
    public static string? ListOf(IReadOnlyList<Judge> judges) => judges.Count == 0 ? null : string.Join(',', judges);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Metric is null ? "" : Metric + "=")}{ModelPath}{(Weight is { } weight ? $":{weight}" : "")}");

    private static Judge Parse(string item)
    {
        int equals = item.IndexOf('=', StringComparison.Ordinal), colon = item.LastIndexOf(':');
        string? metric = equals > 0 && item.AsSpan(0, equals).IndexOfAny('/', '\\', '.') < 0 ? item[..equals] : null;
        string rest = metric is null ? item : item[(equals + 1)..];
        colon -= item.Length - rest.Length;
        if (rest.Length == 0) throw new UserException($"--judges {item}: name the judge's GGUF");
        if (colon <= 0 || rest.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) return new Judge(rest, null, metric);
        if (!double.TryParse(rest.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double weight) || !(weight > 0) || !double.IsFinite(weight))
            throw new UserException($"--judges {item}: the weight {rest[(colon + 1)..]} is not a number above 0");
        return new Judge(rest[..colon], weight, metric);
    }
}
