using System.CommandLine;
using Miwv.Cli.Hosting;
using Miwv.Cli.Screen;
using Miwv.Cli.Terminal;
using Miwv.Engine.Explain;
using Miwv.Engine.Results;
using Miwv.Llama;

namespace Miwv.Cli.Commands;

/// <summary>view: the full screen over a finished run, read-only.</summary>
internal static class ViewCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("view", "Look through a finished run: rows, neighbours, distributions");
        var directory = new Argument<string>("run") { Description = "run directory" };
        command.Arguments.Add(directory);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            if (!RunScreen.IsPossible || Console.IsInputRedirected)
                throw new UsageException("view needs a terminal; `miwv top` and `miwv explain` print to anything");
            using var run = StoredRun.Open(parsed.GetValue(directory)!, context.Cancel);
            var monitor = new RunMonitor("view", $"{run.Directory.Path}  {Path.GetFileName(run.Settings.ModelPath)}", TimeProvider.System, context.Cancel);
            monitor.Show(RowBoard.Of(run), null);
            monitor.End();
            var tokens = new TokenLoader(() =>
            {
                LlamaLibrary.Load(context.LlamaDirectory);
                return AnswerScorer.Load(run.Settings, run.Rows);
            });
            using var screen = RunScreen.Over(monitor, context.Messages, context.NoColor, tokens, () => { });
            screen.WaitForQuit(context.Cancel);
            return ExitCode.Ok;
        }));
        return command;
    }
}
