using System.Text.Json;
using Miwv.Data;

namespace Miwv.Perf.Suite.Comparing;

/// <summary>The ratios of one run, as baseline.json and the lines of history.jsonl hold them.</summary>
internal sealed record Result(string Date, string Machine, SortedDictionary<string, double> Ratios)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Result Of(string date, string machine, IEnumerable<Measured> run) =>
        new(date, machine, new(run.Where(m => m.Ratio is not null).ToDictionary(m => m.Name, m => Math.Round(m.Ratio!.Value, 4)), StringComparer.Ordinal));

    /// <returns>Null if there is no such file.</returns>
    /// <exception cref="UserException">Damaged.</exception>
    public static Result? Read(string path) => File.Exists(path) ? Parse(File.ReadAllText(path), path) : null;

    /// <summary>Oldest first; none if there is no such file.</summary>
    /// <exception cref="UserException">A line is damaged.</exception>
    public static IReadOnlyList<Result> ReadAll(string path) =>
        !File.Exists(path) ? [] : [.. File.ReadLines(path).Select((line, i) => Parse(line, $"{path}:{i + 1}"))];

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Indented) + "\n");

    public void AppendTo(string path) => File.AppendAllText(path, JsonSerializer.Serialize(this) + "\n");

    private static Result Parse(string text, string place)
    {
        try
        {
            if (JsonSerializer.Deserialize<Result>(text) is { Ratios: not null, Machine: not null } result && result.Ratios.Values.All(double.IsPositive)) return result;
        }
        catch (JsonException)
        {
            // said below
        }
        throw new UserException($"{place}: is not a result of this suite; repair the line or write it again with scripts/perf --update");
    }
}
