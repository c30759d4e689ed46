using System.CommandLine;
using Miwv.Cli.Hosting;
using Miwv.Cli.Screen;
using Miwv.Cli.Terminal;
using Miwv.Engine.Explain;
using Miwv.Engine.Results;
using Miwv.Engine;

namespace Miwv.Cli.Options;

/// <summary>--tui, and the full screen over a run where it is wanted and possible.</summary>
internal sealed class ScreenOption
{
    private readonly Option<string> tui = new("--tui") { Description = "auto (full screen if both outputs are a terminal) or off", DefaultValueFactory = _ => "auto", HelpName = "auto|off" };

    public void AddTo(Command command) => command.Options.Add(tui);

    /// <summary>Opens the screen; null = lines on stderr instead.</summary>
    /// <exception cref="UsageException">Neither auto nor off.</exception>
    public RunScreen? Open(ParseResult parsed, CommandContext context, RunSettings settings)
    {
        string wanted = parsed.GetValue(tui)!;
        if (wanted is not ("auto" or "off")) throw new UsageException($"--tui {wanted}: must be auto, off");
        if (wanted == "off" || context.Progress is null || !RunScreen.IsPossible) return null;
        string subject = $"{Path.GetFileName(settings.DataPath)}  {Path.GetFileName(settings.ModelPath)}";
        var monitor = new RunMonitor(parsed.CommandResult.Command.Name, subject, TimeProvider.System, context.Cancel);
        return RunScreen.Over(monitor, context.Messages, context.NoColor, null, context.Stop);
    }

    /// <summary>Scores under the screen, which is gone when this returns.</summary>
    public static ScoreTable Score(MiwvRun run, RunSettings settings, RunScreen screen)
    {
        using (screen)
        {
            var plan = run.Plan();
            screen.Monitor.Show(RowBoard.Of(run), plan.Tokens > 0 ? (double)plan.Forest.PlainTokens / plan.Tokens : 1);
            screen.Use(new TokenLoader(() => AnswerScorer.With(run.Model, settings, run.Rows)));
            (run.OnRow, run.OnMetric) = (screen.Monitor, screen.Monitor.SetMetric);
            return run.Score();
        }
    }
}
