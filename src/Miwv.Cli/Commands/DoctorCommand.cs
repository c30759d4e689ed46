using System.CommandLine;
using Miwv.Cli.Hosting;
using Miwv.Cli.Terminal;
using Miwv.Engine;

namespace Miwv.Cli.Commands;

/// <summary>doctor: what this machine has, what miwv would use of it, and what to install.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("doctor", "Show the machine, the libraries found, what would be used, and what to install");
        var json = new Option<bool>("--json") { Description = "as JSON" };
        command.Options.Add(json);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            var found = MachineReport.Make(context.LlamaDirectory);
            if (parsed.GetValue(json)) DoctorText.WriteJson(found);
            else DoctorText.Write(found);
            return found.CanScore ? ExitCode.Ok : ExitCode.Failure;
        }));
        return command;
    }
}
