using System.Globalization;
using Miwv.Data;

namespace Miwv.Metrics.Selection;

/// <summary>A condition on a metric that a row must meet to be selected, like <c>ifd&lt;=1</c>.</summary>
public sealed record Gate(string Metric, string Comparison, double Limit)
{
    private static readonly string[] Comparisons = ["<=", ">=", "<", ">"];

    /// <exception cref="UserException">Not NAME, one of &lt;= &gt;= &lt; &gt;, number.</exception>
    public static Gate Parse(string text)
    {
        foreach (string comparison in Comparisons)
        {
            int at = text.IndexOf(comparison, StringComparison.Ordinal);
            if (at <= 0) continue;
            if (double.TryParse(text.AsSpan(at + comparison.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out double limit) && double.IsFinite(limit))
                return new Gate(text[..at].Trim(), comparison, limit);
            break;
        }
        throw new UserException($"--gate {text}: not a condition like ifd<=1");
    }

    /// <summary>False for a row without a value.</summary>
    public bool Lets(double value) => Comparison switch
    {
        "<=" => value <= Limit,
        ">=" => value >= Limit,
        "<" => value < Limit,
        _ => value > Limit,
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Metric}{Comparison}{Limit}");
}
