using System.Security.Cryptography;
using Miwv.Metrics;
using Miwv.Metrics.Selection;

namespace Miwv.Engine.Cascading;

/// <summary>Who passes a cascade's first stage.</summary>
/// <param name="Field">The first metric's field.</param>
/// <param name="SmallValues">Its values by the small model; NaN = none.</param>
/// <param name="Roles">One a row.</param>
public sealed record CascadeRows(string Field, double[] SmallValues, CascadeRole[] Roles)
{
    public int Kept => Roles.Count(role => role == CascadeRole.Kept);
    public int Audited => Roles.Count(role => role == CascadeRole.Audit);

    /// <summary>Rows that the small model did not keep, the audited ones among them.</summary>
    public int Rejected => Roles.Length - Kept;

    /// <summary>Rows that the small model has no value for: too long for its window, no answer; kept for the scoring model to see.</summary>
    public int Unranked => SmallValues.Count(double.IsNaN);

    /// <summary>True for rows that the scoring model sees.</summary>
    public bool IsScored(int row) => Roles[row] != CascadeRole.Rejected;

    /// <summary>
    /// Keeps the best by the small model; rows that its metric's paper would not select (IFD above 1) come last. A row without a value is kept: the
    /// small model, with its own window and vocabulary, says nothing about it.
    /// </summary>
    /// <param name="audit">Rejected rows to draw; all of them if there are fewer.</param>
    public static CascadeRows Choose(MetricInfo metric, string field, double[] values, int keep, int audit, int seed)
    {
        var gate = metric.Gate is { } text ? Gate.Parse(text) : null;
        int[] order = Ranking.Descending(metric.Better == Better.High ? values : Array.ConvertAll(values, value => -value));
        int[] rejected = [.. order.OrderBy(row => gate is null || gate.Lets(values[row]) ? 0 : 1).Skip(keep).Order()];
        return Of(field, values, rejected, audit, seed);
    }

    /// <summary>As many rows kept as <see cref="Choose"/> would keep, but at random: what a plan can go by before the small model has run.</summary>
    public static CascadeRows Guess(string field, int rows, int keep, int audit, int seed) =>
        Of(field, new double[rows], [.. Baselines.Random([.. Enumerable.Range(0, rows)], seed).Skip(keep).Order()], audit, seed);

    /// <summary>Differs between different roles: part of what the journal's steps depend on.</summary>
    public byte[] Key() => SHA256.HashData(Array.ConvertAll(Roles, role => (byte)role));

    private static CascadeRows Of(string field, double[] values, int[] rejected, int audit, int seed)
    {
        var roles = new CascadeRole[values.Length];
        foreach (int row in rejected) roles[row] = CascadeRole.Rejected;
        foreach (int row in Baselines.Random(rejected, seed).Take(audit)) roles[row] = CascadeRole.Audit;
        return new CascadeRows(field, values, roles);
    }
}
