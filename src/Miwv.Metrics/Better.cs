namespace Miwv.Metrics;

/// <summary>Which end of a metric its method selects.</summary>
public enum Better
{
    High,
    Low,
}
