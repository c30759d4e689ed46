namespace Miwv.Metrics;

/// <summary>What a metric says of a run.</summary>
/// <param name="Values">One a row, NaN = none.</param>
public sealed record MetricValues(double[] Values)
{
    /// <summary>Further columns, by field name.</summary>
    public IReadOnlyList<(string Name, double[] Values)> Details { get; init; } = [];

    /// <summary>The values of the scored turns, of rows that have several.</summary>
    public IReadOnlyDictionary<int, double[]> Turns { get; init; } = new Dictionary<int, double[]>();

    /// <summary>Numbers about the data set as a whole.</summary>
    public IReadOnlyList<(string Name, double Value)> Totals { get; init; } = [];
}
