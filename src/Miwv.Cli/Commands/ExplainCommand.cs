using System.CommandLine;
using System.Globalization;
using Miwv.Cli.Hosting;
using Miwv.Cli.Terminal;
using Miwv.Data;
using Miwv.Engine.Explain;
using Miwv.Engine.Results;
using Miwv.Llama;

namespace Miwv.Cli.Commands;

/// <summary>explain: why one row has its value.</summary>
internal static class ExplainCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("explain", "Show why a row has its value: its neighbour, both losses, every token of the answer");
        var directory = new Argument<string>("run") { Description = "run directory" };
        var id = new Argument<string>("id") { Description = "id of the row, or #N for the row at position N (from 0 on)" };
        var json = new Option<bool>("--json") { Description = "as JSON, with every token's log-probs" };
        command.Arguments.Add(directory);
        command.Arguments.Add(id);
        command.Options.Add(json);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            using var run = StoredRun.Open(parsed.GetValue(directory)!, context.Cancel);
            int row = Row(run, parsed.GetValue(id)!);
            var score = run.Scores[row];
            string reason = (score.Status == "too_long" ? Ask(context, () => TooLong(run, row, context)) : null) ?? StatusReason.Of(score);
            if (parsed.GetValue(json))
            {
                ExplainJson.Write(run, row, reason, Ask(context, () => Tokens(run, row, context)));
                return ExitCode.Ok;
            }
            bool color = !Console.IsOutputRedirected && TerminalColor.IsWanted(parsed.GetValue(host.NoColor));
            int width = TopTable.Width();
            var console = TerminalColor.Console(Console.Out, color, width);
            var text = new ExplainText(run, row, Math.Min(width, 120), color);
            // before the model is loaded, which may take its time
            console.Write(new StyledLines(text.Head(reason)));
            console.Write(new StyledLines(text.Rest(Ask(context, () => Tokens(run, row, context)))));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static int Row(StoredRun run, string id)
    {
        try
        {
            return run.Find(id);
        }
        catch (UserException e) when (int.TryParse(id.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out int position) && run.Scores.Count > 0)
        {
            if (position >= run.Scores.Count) throw new UserException($"{run.Directory.Path}: has {run.Scores.Count} rows, #0 to #{run.Scores.Count - 1}, and no id {id}", e);
            if (id[0] == '#') return position;
            throw new UserException($"{run.Directory.Path}: no row has the id {id}; the ids look like {run.Scores[0].Id}, and #{id} is the row at that position ({run.Scores[position].Id})", e);
        }
    }

    // what only the model can say; null if it cannot be asked
    private static T? Ask<T>(CommandContext context, Func<T?> ask)
        where T : class
    {
        try
        {
            return ask();
        }
        catch (UserException e)
        {
            context.Messages.Warn($"the tokens of the answer cannot be shown: {e.Message}");
            return null;
        }
    }

    private static string TooLong(StoredRun run, int row, CommandContext context)
    {
        LlamaLibrary.Load(context.LlamaDirectory);
        using var scorer = AnswerScorer.Load(run.Settings, run.Rows);
        var (own, example, window) = scorer.Lengths(row, run.NeighborOf(row));
        return own > window ? string.Create(CultureInfo.InvariantCulture, $"prompt and answer have {own:N0} tokens, the window holds {window:N0}")
            : string.Create(CultureInfo.InvariantCulture, $"prompt and answer have {own:N0} tokens; with its neighbour's prompt ({example:N0}) and some of its answer that is more than the {window:N0} of the window");
    }

    // null = the row has none
    private static AnswerTokens? Tokens(StoredRun run, int row, CommandContext context)
    {
        var score = run.Scores[row];
        if (score.Status != "ok" || double.IsNaN(score.OneShot) || run.NeighborOf(row) < 0) return null;
        LlamaLibrary.Load(context.LlamaDirectory);
        using var scorer = AnswerScorer.Load(run.Settings, run.Rows);
        var tokens = scorer.Compute(row, run.NeighborOf(row), context.Cancel);
        // what waves of another shape may differ by
        double off = Math.Max(Math.Abs(tokens.ZeroShotLoss - score.ZeroShot), Math.Abs(tokens.OneShotLoss - score.OneShot));
        if (off <= 0.02) return tokens;
        throw new UserException(string.Create(CultureInfo.InvariantCulture, $"{run.Settings.ModelPath} gives other losses now (by {off:F3} nats): the model or the template was changed since the run"));
    }
}
