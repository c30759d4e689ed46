using System.Text.Json;
using Miwv.Data;
using Miwv.Metrics;
using Miwv.Metrics.Selection;

namespace Miwv.Engine.Results;

/// <summary>The metrics in a scores.jsonl, as columns; NaN = null.</summary>
/// <param name="Ids">The rows' ids as JSON text.</param>
/// <param name="AnswerTokens">Tokens of the answers.</param>
public sealed record StoredColumns(string Path, IReadOnlyList<string> Ids, double[] AnswerTokens, IReadOnlyList<(string Field, double[] Values)> Metrics)
{
    private static readonly string[] NotMetrics = ["id", "status", "neighbor", "cosine", "n_answer", "demo_cut", "turns", "cascade"];
    private const string ByTheSmallModel = "cascade_";

    /// <summary>Which end of a stored field is selected: that of the metric whose name it begins with.</summary>
    public static Better BetterOf(string field) => field.StartsWith(ByTheSmallModel, StringComparison.Ordinal) ? BetterOf(field[ByTheSmallModel.Length..]) :
        MetricRegistry.All.Where(info => field.StartsWith(info.Name, StringComparison.Ordinal)).OrderByDescending(info => info.Name.Length).FirstOrDefault()?.Better ?? Better.High;

    /// <summary>The rows that have a value of a field, from the end that is selected; equal values in row order.</summary>
    public static int[] BestFirst(string field, double[] values) =>
        Ranking.Descending(BetterOf(field) == Better.High ? values : Array.ConvertAll(values, value => -value));

    /// <exception cref="UserException">The file is missing or a line is damaged; the line is named.</exception>
    public static StoredColumns Read(string path)
    {
        if (!File.Exists(path)) throw new UserException($"{path}: no scores yet; finish the run first (select or score with --run)");
        var ids = new List<string>();
        var tokens = new List<double>();
        var columns = new List<(string Field, List<double> Values)>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            try
            {
                using var document = JsonDocument.Parse(line);
                ids.Add(document.RootElement.GetProperty("id").GetRawText());
                tokens.Add(document.RootElement.GetProperty("n_answer") is { ValueKind: not JsonValueKind.Null } count ? count.GetDouble() : 0);
                int column = 0;
                foreach (var property in document.RootElement.EnumerateObject())
                {
                    if (NotMetrics.Contains(property.Name)) continue;
                    if (ids.Count == 1) columns.Add((property.Name, []));
                    if (columns[column].Field != property.Name) throw new FormatException();
                    columns[column++].Values.Add(property.Value.ValueKind == JsonValueKind.Number ? property.Value.GetDouble() : double.NaN);
                }
                if (column != columns.Count) throw new FormatException();
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
            {
                throw new UserException($"{path}:{number}: damaged; delete the file and repeat the run, it is made again from the journal", e);
            }
        }
        return new StoredColumns(path, ids, [.. tokens], [.. columns.Select(c => (c.Field, c.Values.ToArray())).Where(c => c.Item2.Any(double.IsFinite))]);
    }
}
