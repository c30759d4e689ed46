using System.CommandLine;
using System.Text.Json;
using Miwv.Cli.Terminal;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Runs;
using Miwv.Metrics.Selection;

namespace Miwv.Cli.Commands;

/// <summary>top: the best rows of a finished run.</summary>
internal static class TopCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("top", "Show the rows with the highest MIWV of a finished run");
        var directory = new Argument<string>("run") { Description = "run directory" };
        var top = new Option<string>("--top") { Description = "how many", DefaultValueFactory = _ => "20", HelpName = "20|1%" };
        var json = new Option<bool>("--json") { Description = "the rows' lines of scores.jsonl instead of a table" };
        command.Arguments.Add(directory);
        command.Options.Add(top);
        command.Options.Add(json);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            var count = ScoreCommands.ReadTop(parsed.GetValue(top)!);
            using var run = RunDirectory.Read(parsed.GetValue(directory)!);
            var scores = StoredScore.ReadAll(run.ScoresFile);
            int[] order = Ranking.Descending([.. scores.Select(s => s.Miwv)]);
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
            var settings = RunFile.ReadSettings(run.RunFile);
            using var rows = RowFile.Open(settings.DataPath, new RowFileOptions { Columns = settings.Columns, Ids = settings.Ids, Limit = settings.Limit }, null, context.Cancel);
            if (rows.Count != scores.Count) throw new UserException($"{settings.DataPath}: has {rows.Count} rows, the run has {scores.Count}: the file was changed");
            TopTable.Write(Console.Out, rows, chosen.Select(row => scores[row]));
            return ExitCode.Ok;
        }));
        return command;
    }
}
