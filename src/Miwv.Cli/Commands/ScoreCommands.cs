using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Miwv.Cli.Hosting;
using Miwv.Cli.Options;
using Miwv.Cli.Screen;
using Miwv.Cli.Terminal;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine;
using Miwv.Metrics;
using Miwv.Metrics.Selection;

namespace Miwv.Cli.Commands;

/// <summary>select and score: the main job, with and without the selection at its end.</summary>
internal static class ScoreCommands
{
    public static Command Select(CommandHost host)
    {
        var command = new Command("select", "Score every row and keep the rows most worth training on");
        var options = new RunOptions();
        var output = new OutputOptions();
        var selecting = new SelectionOptions();
        var early = new Option<bool>("--early-stop") { Description = "nuggets: leave a row out of further anchors when it can no longer be selected; the selection is the same" };
        var json = new Option<bool>("--json") { Description = "the summary as JSON on stdout" };
        var screens = new ScreenOption();
        var verify = VerifyCommand.AfterRun();
        var writeOut = new WriteOutOption();
        options.AddTo(command);
        writeOut.AddTo(command);
        command.Options.Add(options.Demonstrations);
        command.Options.Add(options.From);
        screens.AddTo(command);
        command.Options.Add(verify);
        output.AddTo(command);
        selecting.AddTo(command);
        command.Options.Add(early);
        command.Options.Add(json);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            string? file = output.File(parsed);
            var nested = selecting.Nested(parsed, file);
            var settings = options.ReadOrTakeOver(parsed, context.Messages);
            var request = selecting.Read(parsed, settings.Metrics, settings.Seed);
            foreach (string line in selecting.WithoutEffect(parsed, request)) context.Messages.Warn(line);
            settings = settings with { Selecting = selecting.Given(parsed) };
            if (settings.Cascade is not null && request.By.Count > 1)
                throw new UsageException("--by with several metrics and --cascade: ranks among the rows that were kept are not ranks among all rows; rank by one metric, the first of --metric");
            if (parsed.GetValue(early) && settings.From is { } finished) throw new UsageException($"--early-stop and --from {finished}: the finished run's passes are there for every row; give one of the two");
            if (parsed.GetValue(early)) settings = settings with { EarlyStop = EarlyStop(request, settings) };
            output.Check(parsed, nested.Select(n => n.File), options.Inputs(parsed, context, settings));
            if (writeOut.Run(parsed, context, options, () => settings, parsed.GetValue(json)) is { } code) return code;
            int? sample = VerifyCommand.Sample(parsed, verify);
            using var screen = screens.Open(parsed, context, settings);
            using var run = context.OpenRun(settings, parsed.GetValue(options.Run), parsed.GetValue(options.Resume), screen?.Monitor);
            if (file is not null && OutputOptions.Container(file, run.Rows.Container) is { } note) context.Messages.Warn(note);
            var (scores, report) = Score(run, context, settings, screen);
            var selection = run.Select(scores, request);
            WarnOf(selection, request, scores, context.Messages);
            output.Write(parsed, run.Rows, [(selection.Rows, file), .. nested.Select(n => (selection.Rows.Take(n.Size.Of(scores.Count)), n.File))], context.Messages.Warn, context.Cancel);
            if (file != "-")
            {
                if (parsed.GetValue(json)) report.WriteJson(selection, file);
                else report.WriteText(selection, request.Top, file);
            }
            return VerifyCommand.After(run, sample, parsed.GetValue(options.Seed), context) ?? Done(run, scores, context.Messages);
        }));
        return command;
    }

    public static Command ScoreOnly(CommandHost host)
    {
        var command = new Command("score", "Score every row; the scores are in the run directory");
        var options = new RunOptions();
        var json = new Option<bool>("--json") { Description = "the summary as JSON on stdout" };
        var screens = new ScreenOption();
        var verify = VerifyCommand.AfterRun();
        var writeOut = new WriteOutOption();
        options.AddTo(command);
        writeOut.AddTo(command);
        command.Options.Add(options.Demonstrations);
        screens.AddTo(command);
        command.Options.Add(options.From);
        command.Options.Add(verify);
        command.Options.Add(json);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            int? sample = VerifyCommand.Sample(parsed, verify);
            var settings = options.ReadOrTakeOver(parsed, context.Messages);
            if (writeOut.Run(parsed, context, options, () => settings, parsed.GetValue(json)) is { } code) return code;
            using var screen = screens.Open(parsed, context, settings);
            using var run = context.OpenRun(settings, parsed.GetValue(options.Run), parsed.GetValue(options.Resume), screen?.Monitor);
            var (scores, report) = Score(run, context, settings, screen);
            if (parsed.GetValue(json)) report.WriteJson(null, null);
            else report.WriteText(null, null, null);
            return VerifyCommand.After(run, sample, parsed.GetValue(options.Seed), context) ?? Done(run, scores, context.Messages);
        }));
        return command;
    }

    // Only where the rows kept are simply the best by nuggets is a row that cannot be among them of no use for anything else.
    private static TopCount EarlyStop(SelectionRequest request, RunSettings settings)
    {
        var first = MetricRegistry.Parse(settings.Metrics)[0];
        bool byFirst = request.By.Count == 0 || (request.By.Count == 1 && request.By[0].Field == first.Field);
        if (first.Info.Name == "nuggets" && byFirst && request.Selector == Selector.Top && request.Gates is null or { Count: 0 } && settings.Cascade is null && settings.Judges.Count == 0) return request.Top;
        throw new UsageException("--early-stop: needs nuggets as the first of --metric and the only one ranked by, --selector top, and no --gate, --cascade or --judges");
    }

    private static void WarnOf(Selection selection, SelectionRequest request, ScoreTable scores, Messages messages)
    {
        if (request.By.Count > 1)
            messages.Info(string.Create(CultureInfo.InvariantCulture, $"ranked by {request.Combination switch { Combination.RankSum => "the sum of the ranks", Combination.Product => "the product", _ => "the weighted sum of the standard scores" }} of {string.Join(" and ", request.By.Select(by => by.Weight == 1 ? by.Field : $"{by.Field} (weight {by.Weight})"))}"));
        foreach (var (gate, rows) in selection.KeptOut)
            messages.Info($"gate {gate}: keeps out {rows} of the rows that have a score");
        if (selection.WithoutEmbedding > 0)
            messages.Warn($"{selection.WithoutEmbedding} rows have no embedding (no known word) and cannot be chosen by distance");
        if (selection.Rows.Count == selection.Wanted) return;
        string why = selection.Ranked < selection.Wanted ? $"only {selection.Ranked} of {scores.Count} have a score and pass the gates"
            : request.TokenBudget is { } budget ? $"the token budget of {budget} holds {selection.Rows.Count}" : $"the selector found {selection.Rows.Count}";
        messages.Warn($"{selection.Wanted} rows were asked for, {why}");
    }

    private static (ScoreTable, RunReport) Score(MiwvRun run, CommandContext context, RunSettings settings, RunScreen? screen)
    {
        long begin = Stopwatch.GetTimestamp();
        if (run.Cascade is { } cascade)
        {
            context.Messages.Info($"small model: {PlanText.Line(cascade.Run.Plan())}");
            var rows = cascade.Choose();
            context.Messages.Info(string.Create(CultureInfo.InvariantCulture, $"small model: keeps {rows.Kept:N0} of {rows.Roles.Length:N0} rows{(rows.Unranked > 0 ? $" ({rows.Unranked:N0} that it cannot score, such as those too long for it, among them)" : "")}, rejects {rows.Rejected:N0}, of which {rows.Audited:N0} are audited"));
        }
        foreach (var (judge, i) in (run.Judges?.Runs ?? []).Select((judge, i) => (judge, i))) context.Messages.Info($"judge {i + 1}: {PlanText.Line(judge.Plan())}");
        var plan = run.Plan();
        context.Progress?.Dispose();
        context.Messages.Info(PlanText.Line(plan));
        var scores = screen is null ? run.Score() : ScreenOption.Score(run, settings, screen);
        context.Progress?.Dispose();
        if (scores.Count > 0 && !scores.Status.Contains(RowStatus.Ok))
            throw new UserException($"{run.Rows.Path}: no row could be scored ({string.Join(", ", scores.Status.GroupBy(s => s).OrderBy(g => g.Key).Select(g => $"{g.Count()} {RowStatusName.Of(g.Key)}"))}); {run.Directory.ScoresFile} says why for each row");
        return (scores, new RunReport(run, scores, Stopwatch.GetElapsedTime(begin)));
    }

    /// <summary>The exit code of a run that finished; of rows that failed the first is named.</summary>
    internal static int Done(MiwvRun run, ScoreTable scores, Messages messages)
    {
        int[] failed = [.. Enumerable.Range(0, scores.Count).Where(row => scores.Status[row] is RowStatus.Error or RowStatus.Nan)];
        if (failed.Length == 0) return ExitCode.Ok;
        int first = failed[0];
        string why = scores.Status[first] == RowStatus.Error ? scores.Facts.Errors[first] : "the model gave a loss that is not a number";
        string more = failed.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {failed.Length - 1:N0} more {(failed.Length == 2 ? "row" : "rows")} failed");
        messages.Warn($"{run.Rows.Path}:{run.Rows.Line(first)}: row {first} (id {run.Rows.Id(first)}) has no score: {why}{more}; {run.Directory.ScoresFile} says why for each row");
        return ExitCode.SomeRowsFailed;
    }

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
