using System.CommandLine;
using Miwv.Cli.Hosting;
using Miwv.Cli.Screen;
using Miwv.Cli.Terminal;
using Miwv.Llama;

namespace Miwv.Cli.Commands;

/// <summary>view: the full screen over a finished or running run, read-only.</summary>
internal static class ViewCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("view", "Watch a run that is at work, or look through a finished one: rows, neighbours, distributions");
        var directory = new Argument<string>("run") { Description = "run directory" };
        command.Arguments.Add(directory);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            if (!RunScreen.IsPossible || Console.IsInputRedirected)
                throw new UsageException("view needs a terminal; `miwv top` and `miwv explain` print to anything");
            string path = parsed.GetValue(directory)!;
            var monitor = new RunMonitor("view", path, TimeProvider.System, context.Cancel) { IsOwn = false };
            string? resume;
            using (var followed = new FollowedRun(path, monitor, context.Cancel))
            {
                var tokens = new TokenLoader(() =>
                {
                    LlamaLibrary.Load(context.LlamaDirectory);
                    return followed.LoadScorer();
                });
                using var screen = RunScreen.Over(monitor, context.Messages, context.NoColor, tokens, () => { });
                screen.WaitForQuit(context.Cancel);
                resume = followed.Resume;
            }
            if (resume is not null) context.Messages.Info($"{path}: stopped; resume with {resume}");
            return ExitCode.Ok;
        }));
        return command;
    }
}
