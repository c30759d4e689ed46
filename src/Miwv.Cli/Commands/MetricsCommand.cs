using System.CommandLine;
using System.Globalization;
using Miwv.Cli.Hosting;
using Miwv.Metrics;

namespace Miwv.Cli.Commands;

/// <summary>metrics: what can be asked for with --metric.</summary>
internal static class MetricsCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("metrics", "List the metrics that --metric takes");
        command.SetAction(parsed => host.Run(parsed, _ =>
        {
            Console.Out.WriteLine("L(y|c) = mean nats per answer token behind context c, PPL = exp L, x = prompt, y = answer, d = demonstration");
            foreach (var metric in MetricRegistry.All)
            {
                string parameter = metric.Parameter is var (meaning, value) ? string.Create(CultureInfo.InvariantCulture, $"; {metric.Name}=N: {meaning}, default {value}") : "";
                Console.Out.WriteLine($"{metric.Name,-14} {(metric.Better == Better.High ? "high" : "low "),-5} {metric.Formula}{parameter}");
                Console.Out.WriteLine($"{"",-20} passes: {metric.Passes}; {metric.Paper}");
            }
            return ExitCode.Ok;
        }));
        return command;
    }
}
