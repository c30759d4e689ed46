using System.CommandLine;
using Miwv.Cli.Hosting;
using Miwv.Cli.Terminal;
using Miwv.Engine;

namespace Miwv.Cli.Options;

/// <summary>--write-out N: the first texts that would be scored, and nothing is scored.</summary>
internal sealed class WriteOutOption
{
    private readonly Option<int?> count = new("--write-out") { Description = "print the exact texts of the first N rows with the scored span marked, and score nothing", HelpName = "N" };

    public void AddTo(Command command) => command.Options.Add(count);

    /// <summary>Prints the texts if they are asked for.</summary>
    /// <returns>The exit code; null if the command goes on.</returns>
    /// <exception cref="UsageException">Less than one row.</exception>
    public int? Run(ParseResult parsed, CommandContext context, RunOptions options, Func<RunSettings> settings, bool json)
    {
        if (parsed.GetValue(count) is not { } rows) return null;
        if (rows < 1) throw new UsageException($"{count.Name} {rows}: must be at least 1");
        using var run = context.OpenRun(settings(), parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
        run.Plan();
        context.Progress?.Dispose();
        var texts = new ScoredTexts(run);
        rows = Math.Min(rows, run.Rows.Count);
        if (!json) Console.Out.WriteLine(ScoredTexts.Legend);
        for (int row = 0; row < rows; row++)
        {
            if (json) texts.WriteJson(row, Console.Out);
            else texts.WriteText(row, Console.Out);
        }
        return ExitCode.Ok;
    }
}
