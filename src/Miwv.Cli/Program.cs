using System.CommandLine;
using Miwv.Cli.Commands;
using Miwv.Cli.Hosting;
using Miwv.Cli.Options;

var host = new CommandHost();
var root = new RootCommand("Ranks an instruction-tuning data set by how much a language model still has to learn from each row (MIWV, arXiv 2511.07074).")
{
    ScoreCommands.Select(host),
    ScoreCommands.ScoreOnly(host),
    PlanCommand.Create(host),
    RetrievalCommands.Embed(host),
    RetrievalCommands.Index(host),
    NeighborsCommand.Create(host),
    TopCommand.Create(host),
    MetricsCommand.Create(host),
    CompareCommand.Create(host),
    ProbeCommand.Create(host),
    VerifyCommand.Create(host),
    DoctorCommand.Create(host),
    ExplainCommand.Create(host),
    ViewCommand.Create(host),
    ReportCommand.Create(host),
    CompletionCommand.Create(host),
};
root.Subcommands.Add(HelpCommand.Create(host, root));
host.AddTo(root);
Examples.AddTo(root);
CompletionCommand.AddWords(root);

if (args.Length == 0)
{
    root.Parse("--help").Invoke();
    return ExitCode.Usage;
}
try
{
    host.ConfigPath = ConfigFile.In(args);
    args = ConfigFile.Expand(args, root);
}
catch (UsageException e)
{
    Console.Error.WriteLine("miwv: " + e.Message);
    return ExitCode.Usage;
}
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine("miwv: " + CommandLineError.Line(parsed, root));
    return ExitCode.Usage;
}
if ((CommandLineError.OfEmptyValue(parsed) ?? CommandLineError.OfNumber(parsed)) is { } wrong)
{
    Console.Error.WriteLine("miwv: " + wrong);
    return ExitCode.Usage;
}
return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
