using System.CommandLine;
using System.Diagnostics;
using Miwv.Cli.Terminal;
using Miwv.Data;
using Miwv.Engine;
using Miwv.Engine.Results;
using Miwv.Metrics.Selection;

namespace Miwv.Cli.Commands;

/// <summary>select and score: the main job, with and without the selection at its end.</summary>
internal static class ScoreCommands
{
    public static Command Select(CommandHost host)
    {
        var command = new Command("select", "Score every row and keep the rows most worth training on");
        var options = new RunOptions();
        var output = new Option<string?>("--output", "-o") { Description = "file for the selection, in the input's format (- = stdout); best row first", HelpName = "FILE" };
        var top = new Option<string>("--top") { Description = "rows to keep: a share of all rows or a number", DefaultValueFactory = _ => "5%", HelpName = "5%|500" };
        var json = new Option<bool>("--json") { Description = "the summary as JSON on stdout" };
        options.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(top);
        command.Options.Add(json);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            var count = ReadTop(parsed.GetValue(top)!);
            string? file = parsed.GetValue(output);
            if (file is not null and not "-") OutputFile.Check(file, parsed.GetValue(options.Data)!);
            using var run = context.OpenRun(options.Read(parsed, context.Messages.Info), parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
            var (scores, report) = Score(run, context);
            var selection = Selection.Top(scores, count);
            if (selection.Rows.Count < selection.Wanted)
                context.Messages.Warn($"{selection.Wanted} rows were asked for, only {selection.Ranked} of {scores.Count} have a score");
            if (file == "-")
            {
                using var stdout = Console.OpenStandardOutput();
                SelectionWriter.Write(run.Rows, selection.Rows, stdout);
            }
            else
            {
                if (file is not null) SelectionWriter.Write(run.Rows, selection.Rows, file);
                if (parsed.GetValue(json)) report.WriteJson(selection, file);
                else report.WriteText(selection, count, file);
            }
            return Done(scores);
        }));
        return command;
    }

    public static Command ScoreOnly(CommandHost host)
    {
        var command = new Command("score", "Score every row; the scores are in the run directory");
        var options = new RunOptions();
        var json = new Option<bool>("--json") { Description = "the summary as JSON on stdout" };
        options.AddTo(command);
        command.Options.Add(json);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            using var run = context.OpenRun(options.Read(parsed, context.Messages.Info), parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
            var (scores, report) = Score(run, context);
            if (parsed.GetValue(json)) report.WriteJson(null, null);
            else report.WriteText(null, null, null);
            return Done(scores);
        }));
        return command;
    }

    private static (ScoreTable, RunReport) Score(MiwvRun run, CommandContext context)
    {
        long begin = Stopwatch.GetTimestamp();
        var plan = run.Plan();
        context.Progress?.Dispose();
        context.Messages.Info(PlanText.Line(plan));
        var scores = run.Score();
        context.Progress?.Dispose();
        if (scores.Count > 0 && !scores.Status.Contains(RowStatus.Ok))
            throw new UserException($"{run.Rows.Path}: no row could be scored ({string.Join(", ", scores.Status.GroupBy(s => s).OrderBy(g => g.Key).Select(g => $"{g.Count()} {RowStatusName.Of(g.Key)}"))}); {run.Directory.ScoresFile} says why for each row");
        return (scores, new RunReport(run, scores, plan, Stopwatch.GetElapsedTime(begin)));
    }

    private static int Done(ScoreTable scores) =>
        scores.Status.Any(s => s is RowStatus.Error or RowStatus.Nan) ? ExitCode.SomeRowsFailed : ExitCode.Ok;

    internal static TopCount ReadTop(string text)
    {
        try
        {
            return TopCount.Parse(text);
        }
        catch (UserException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
