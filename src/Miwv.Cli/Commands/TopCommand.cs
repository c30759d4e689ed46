using System.CommandLine;
using System.Text.Json;
using Miwv.Cli.Hosting;
using Miwv.Cli.Terminal;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Runs;

namespace Miwv.Cli.Commands;

/// <summary>top: the best rows of a finished run.</summary>
internal static class TopCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("top", "Show the best rows of a finished run by MIWV or another metric");
        var directory = new Argument<string>("run") { Description = "run directory" };
        var top = new Option<string>("--top") { Description = "how many", DefaultValueFactory = _ => "20", HelpName = "20|1%" };
        var json = new Option<bool>("--json") { Description = "the rows' lines of scores.jsonl instead of a table" };
        var by = new Option<string?>("--metric") { Description = "a metric of the run, as a field of its scores.jsonl is named (default: miwv, or the run's first)", HelpName = "NAME" };
        command.Arguments.Add(directory);
        command.Options.Add(by);
        command.Options.Add(top);
        command.Options.Add(json);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            var count = ScoreCommands.ReadTop(parsed.GetValue(top)!);
            using var run = RunDirectory.Read(parsed.GetValue(directory)!);
            var scores = StoredScore.ReadAll(run.ScoresFile);
            string[] names = Names(scores);
            string metric = parsed.GetValue(by) ?? names.FirstOrDefault("miwv");
            int[] order = StoredColumns.BestFirst(metric, [.. scores.Select(s => s.Value(metric))]);
            if (order.Length == 0) throw new UserException($"{run.ScoresFile}: no row has a value of {metric}{(names.Length == 0 ? "" : $"{Spelling.Hint(metric, names)}; there are {string.Join(", ", names)}")}");
            if (parsed.GetValue(by) is null && metric != "miwv") context.Messages.Info($"the run has no miwv; ranked by {metric}");
            var chosen = order.Take(count.Of(scores.Count)).ToList();
            if (parsed.GetValue(json))
            {
                var wanted = chosen.Select((row, rank) => (row, rank)).ToDictionary(c => c.row, c => c.rank);
                var lines = new string[chosen.Count];
                int row = 0;
                foreach (string line in File.ReadLines(run.ScoresFile))
                    if (wanted.TryGetValue(row++, out int rank)) lines[rank] = line;
                foreach (string line in lines) Console.WriteLine(line);
                return ExitCode.Ok;
            }
            // refuses a data file that was changed: its texts would stand beside the scores of others
            using var stored = StoredRun.Open(parsed.GetValue(directory)!, context.Cancel);
            TopTable.Write(Console.Out, stored.Rows, metric, chosen.Select(row => (scores[row], scores[row].Value(metric))));
            return ExitCode.Ok;
        }));
        return command;
    }

    // those that a row has a value of; MIWV before what else the run was made for, its plain losses last
    private static string[] Names(IReadOnlyList<StoredScore> scores) =>
        [.. new[] { "miwv" }.Concat(scores.SelectMany(score => score.Further).Select(field => field.Key).Distinct()).Concat(["zero_nll", "one_nll"]).Where(name => scores.Any(score => double.IsFinite(score.Value(name))))];
}
