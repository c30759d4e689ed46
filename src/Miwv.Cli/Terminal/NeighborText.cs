using System.Globalization;
using Miwv.Retrieval;

namespace Miwv.Cli.Terminal;

/// <summary>How neighbours were found, in words.</summary>
internal static class NeighborText
{
    public static string Line(NeighborSearchResult found)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"neighbours: {found.Method.ToString().ToLowerInvariant()} ({found.Reason}), {found.IndexSeconds + found.SearchSeconds:F1} s");
        return found.Recall is not { } recall ? line
            : recall.SampledRows == 0 ? line + "; no row of the sample has a neighbour, so there is no recall to measure"
            : line + string.Create(CultureInfo.InvariantCulture, $"; recall@1 {recall.At1:F4}{(recall.K > 1 ? $", recall@{recall.K} {recall.AtK:F4}" : "")} against exact on {recall.SampledRows:N0} rows");
    }
}
