using System.CommandLine;
using Miwv.Cli.Hosting;
using Miwv.Cli.Report;
using Miwv.Cli.Terminal;
using Miwv.Engine.Results;

namespace Miwv.Cli.Commands;

/// <summary>report: a finished run as one HTML file.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("report", "Write a finished run as one HTML file that needs no network");
        var directory = new Argument<string>("run") { Description = "run directory" };
        var output = new Option<string?>("--output", "-o") { Description = "file (default: report.html in the run directory)", HelpName = "HTML" };
        command.Arguments.Add(directory);
        command.Options.Add(output);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            using var run = StoredRun.Open(parsed.GetValue(directory)!, context.Cancel);
            string file = parsed.GetValue(output) ?? Path.Combine(run.Directory.Path, "report.html");
            OutputFile.Check(file, new InputFiles(run.Settings, run.Directory.Path, context.ConfigPath));
            long bytes = ReportPage.Write(run, file, context.Cancel);
            Console.WriteLine($"report    {file} ({ProgressLine.Size(bytes)})");
            return ExitCode.Ok;
        }));
        return command;
    }
}
