using System.CommandLine;
using Miwv.Cli.Hosting;
using Miwv.Data;

namespace Miwv.Cli.Commands;

/// <summary>help: what --help prints, for those who type it as a word.</summary>
internal static class HelpCommand
{
    public static Command Create(CommandHost host, RootCommand root)
    {
        var command = new Command("help", "Show the commands, or one command's options and examples");
        var about = new Argument<string?>("command") { Description = "the command", Arity = ArgumentArity.ZeroOrOne };
        about.CompletionSources.Add(_ => root.Subcommands.Select(one => new System.CommandLine.Completions.CompletionItem(one.Name)));
        command.Arguments.Add(about);
        command.SetAction(parsed => host.Run(parsed, _ =>
        {
            string? name = parsed.GetValue(about);
            if (name is not null && !root.Subcommands.Any(one => one.Name == name))
                throw new UsageException($"help {name}: no such command{Spelling.Hint(name, root.Subcommands.Select(one => one.Name))} (miwv --help lists the commands)");
            return root.Parse(name is null ? ["--help"] : [name, "--help"]).Invoke();
        }));
        return command;
    }
}
