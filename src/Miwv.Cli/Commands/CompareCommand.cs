using System.CommandLine;
using System.Globalization;
using Miwv.Cli.Hosting;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Runs;
using Miwv.Metrics.Comparison;
using Miwv.Metrics.Selection;
using Miwv.Metrics;

namespace Miwv.Cli.Commands;

/// <summary>compare: how the metrics of finished runs over the same rows agree.</summary>
internal static class CompareCommand
{
    private const int MostDifferent = 5;

    public static Command Create(CommandHost host)
    {
        var command = new Command("compare", "Compare the metrics of finished runs over the same rows: rank correlation, overlap of selections, length bias, rows that differ most");
        var runs = new Argument<string[]>("run") { Description = "run directories", Arity = ArgumentArity.OneOrMore };
        var top = new Option<string>("--top") { Description = "size of the selections whose overlap is shown", DefaultValueFactory = _ => "5%", HelpName = "5%|500" };
        var metric = new Option<string?>("--metric") { Description = "only these fields", HelpName = "NAME,..." };
        command.Arguments.Add(runs);
        command.Options.Add(top);
        command.Options.Add(metric);
        command.SetAction(parsed => host.Run(parsed, _ =>
        {
            var count = ScoreCommands.ReadTop(parsed.GetValue(top)!);
            string[] directories = parsed.GetValue(runs)!;
            var stored = directories.Select(directory =>
            {
                using var run = RunDirectory.Read(directory);
                return StoredColumns.Read(run.ScoresFile);
            }).ToList();
            foreach (var other in stored.Skip(1))
                if (!other.Ids.SequenceEqual(stored[0].Ids)) throw new UserException($"{other.Path}: has other rows than {stored[0].Path}; only runs over the same rows can be compared");
            string[]? wanted = parsed.GetValue(metric)?.Split(',', StringSplitOptions.TrimEntries);
            foreach (string name in wanted ?? [])
                if (!stored.Exists(run => run.Metrics.Any(m => m.Field == name)))
                {
                    string[] fields = [.. stored.SelectMany(run => run.Metrics).Select(m => m.Field).Distinct()];
                    throw new UserException($"--metric {name}: no run has values of it{Spelling.Hint(name, fields)}; there are {string.Join(", ", fields)}");
                }
            // what a run is made for first, its plain losses last, the same metric of several runs side by side
            var columns = stored.SelectMany((run, i) => run.Metrics.Select((m, place) => (m.Field, m.Values, Run: i, Place: m.Field is "zero_nll" or "one_nll" ? int.MaxValue : place)))
                .Where(m => wanted is null ? Varies(m.Values) : wanted.Contains(m.Field))
                .OrderBy(m => wanted is null ? m.Place : Array.IndexOf(wanted, m.Field)).ThenBy(m => m.Field, StringComparer.Ordinal).ThenBy(m => m.Run)
                .Select(m => new Column(m.Field, stored.Count == 1 ? m.Field : $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(directories[m.Run]))}:{m.Field}", Signed(m.Field, m.Values))).ToList();
            if (columns.Count < 2) throw new UserException($"nothing to compare: {columns.Count} metrics in {string.Join(", ", directories)}{(wanted is null ? "" : $" among {string.Join(", ", wanted)}")}");
            Write(Console.Out, stored[0], columns, count);
            return ExitCode.Ok;
        }));
        return command;
    }

    // a number that is the same for all rows ranks nothing
    private static bool Varies(double[] values)
    {
        double[] known = [.. values.Where(double.IsFinite)];
        return known.Length > 0 && known.AsSpan().ContainsAnyExcept(known[0]);
    }

    // High is what is selected.
    private static double[] Signed(string field, double[] values) =>
        StoredColumns.BetterOf(field) == Better.High ? values : Array.ConvertAll(values, value => -value);

    private static void Write(TextWriter output, StoredColumns rows, List<Column> columns, TopCount count)
    {
        int kept = Math.Min(count.Of(rows.Ids.Count), rows.Ids.Count), width = columns.Max(c => c.Name.Length);
        var selected = columns.Select(c => Ranking.Descending(c.Values).Take(kept).ToHashSet()).ToList();
        output.WriteLine(Line($"rank correlation (Spearman) and overlap of the best {kept} of {rows.Ids.Count} rows (by chance {100.0 * kept / rows.Ids.Count:F1} %)"));
        output.WriteLine($"{"".PadRight(width)}  {"".PadRight(width)}  {"Spearman",8}  {"overlap",8}");
        foreach (var (a, b) in Pairs(columns))
            output.WriteLine(Line($"{columns[a].Name.PadRight(width)}  {columns[b].Name.PadRight(width)}  {RankStatistics.Spearman(columns[a].Values, columns[b].Values),8:F3}  {100.0 * selected[a].Intersect(selected[b]).Count() / Math.Max(1, Math.Min(selected[a].Count, selected[b].Count)),6:F1} %"));
        output.WriteLine("length: rank correlation with the answer's tokens, mean answer in tokens of the best and of all rows");
        output.WriteLine($"{"".PadRight(width)}  {"Spearman",8}  {"best",8}  {"all",8}");
        for (int a = 0; a < columns.Count; a++)
            output.WriteLine(Line($"{columns[a].Name.PadRight(width)}  {RankStatistics.Spearman(columns[a].Values, rows.AnswerTokens),8:F3}  {selected[a].Select(row => rows.AnswerTokens[row]).DefaultIfEmpty(double.NaN).Average(),8:F1}  {rows.AnswerTokens.Average(),8:F1}"));
        var different = Different(columns[0].Values, columns[1].Values).ToList();
        output.WriteLine(different.Count == 0 ? $"{columns[0].Name} and {columns[1].Name} rank all rows alike" : $"rows that {columns[0].Name} and {columns[1].Name} rank most differently (place in each, 1 = selected first)");
        foreach (var (row, first, second) in different)
            output.WriteLine(Line($"{rows.Ids[row],-16}  {first,8:N0}  {second,8:N0}"));
    }

    private static IEnumerable<(int Row, int First, int Second)> Different(double[] a, double[] b)
    {
        int[] both = [.. Enumerable.Range(0, a.Length).Where(row => !double.IsNaN(a[row]) && !double.IsNaN(b[row]))];
        Dictionary<int, int> Places(double[] values) => both.OrderByDescending(row => values[row]).Select((row, place) => (row, place)).ToDictionary(x => x.row, x => x.place + 1);
        var first = Places(a);
        var second = Places(b);
        return both.OrderByDescending(row => Math.Abs(first[row] - second[row])).Where(row => first[row] != second[row]).Take(MostDifferent).Select(row => (row, first[row], second[row]));
    }

    // Of a metric that several runs have, the first run's is compared with the other metrics, and the others' with the first's only:
    // all with all would say the same many times.
    private static IEnumerable<(int A, int B)> Pairs(List<Column> columns)
    {
        bool IsFirst(int at) => columns.FindIndex(column => column.Field == columns[at].Field) == at;
        for (int a = 0; a < columns.Count; a++)
            for (int b = a + 1; b < columns.Count; b++)
                if (IsFirst(a) && (IsFirst(b) || columns[a].Field == columns[b].Field)) yield return (a, b);
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A metric of a run, high values first.</summary>
    private sealed record Column(string Field, string Name, double[] Values);
}
