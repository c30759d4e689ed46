using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Miwv.Cli.Hosting;
using Miwv.Cli.Terminal;
using Miwv.Engine.Results;
using Miwv.Engine.Verification;
using Miwv.Engine;
using Miwv.Llama;

namespace Miwv.Cli.Commands;

/// <summary>verify, and --verify of select and score: random rows once more by a plain loop.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("verify", "Decode random rows of a finished run again, one sequence at a time, and compare their losses; fails beyond what the run's mode allows");
        var directory = new Argument<string>("run") { Description = "run directory" };
        var sample = new Option<int>("--sample") { Description = "rows to draw", DefaultValueFactory = _ => 200, HelpName = "N" };
        var seed = new Option<int>("--seed") { Description = "draws them", DefaultValueFactory = _ => 0, HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "the figures as JSON" };
        command.Arguments.Add(directory);
        foreach (Option option in new Option[] { sample, seed, json }) command.Options.Add(option);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            int rows = AtLeastOne(parsed.GetValue(sample), sample.Name);
            using var run = StoredRun.Open(parsed.GetValue(directory)!, context.Cancel);
            LlamaLibrary.Load(context.LlamaDirectory);
            var report = RunVerifier.Verify(run, rows, parsed.GetValue(seed), null, context.Progress, context.Cancel);
            context.Progress?.Dispose();
            if (parsed.GetValue(json)) WriteJson(report);
            else Console.Out.WriteLine(Figures(report));
            return Fails(run.Directory.ScoresFile, report, context.Messages) ? ExitCode.Failure : ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>The option of the commands that score.</summary>
    public static Option<int?> AfterRun() => new("--verify") { Description = "at the end, decode N random rows again by a plain loop and compare (see verify)", HelpName = "N" };

    /// <exception cref="UsageException">Less than one row.</exception>
    public static int? Sample(ParseResult parsed, Option<int?> option) => parsed.GetValue(option) is { } rows ? AtLeastOne(rows, option.Name) : null;

    /// <summary>The last step of a run; its figures go to stderr.</summary>
    /// <returns>The exit code if it failed.</returns>
    public static int? After(MiwvRun run, int? sample, int seed, CommandContext context)
    {
        if (sample is not { } rows) return null;
        using var stored = StoredRun.Open(run.Directory.Path, context.Cancel);
        var report = RunVerifier.Verify(stored, rows, seed, run.Model, context.Progress, context.Cancel);
        context.Progress?.Dispose();
        context.Messages.Info(Figures(report));
        return Fails(run.Directory.ScoresFile, report, context.Messages) ? ExitCode.Failure : null;
    }

    private static int AtLeastOne(int rows, string option) => rows >= 1 ? rows : throw new UsageException($"{option} {rows}: must be at least 1");

    private static string Figures(VerifyReport report) => string.Create(CultureInfo.InvariantCulture,
        $"verify: {report.Rows} of {report.Scored} rows decoded again one by one, {report.Losses} losses: difference max {report.Max:0.0e-0}, mean {report.Mean:0.0e-0} nats a token; allowed {Allowed(report.Bound)}");

    private static string Allowed(DifferenceBound bound) => string.Create(CultureInfo.InvariantCulture,
        $"max {bound.Max:0.#e-0}{(bound.Mean is { } mean ? $", mean {mean:0.#e-0}" : "")} ({bound.Why})");

    private static bool Fails(string scores, VerifyReport report, Messages messages)
    {
        if (!report.Holds)
            messages.Error(string.Create(CultureInfo.InvariantCulture, $"{scores}: losses are not those of a plain decode: row {report.Worst} is off by {report.Max:0.0e-0} nats a token, mean {report.Mean:0.0e-0}, allowed {Allowed(report.Bound)}; do not use these scores"));
        return !report.Holds;
    }

    private static void WriteJson(VerifyReport report)
    {
        using var stdout = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(stdout, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("rows", report.Rows);
            json.WriteNumber("scored", report.Scored);
            json.WriteNumber("losses", report.Losses);
            Number("max_difference", report.Max);
            Number("mean_difference", report.Mean);
            json.WriteString("worst_row", report.Worst.Text);
            json.WriteNumber("bound_max", report.Bound.Max);
            Number("bound_mean", report.Bound.Mean ?? double.NaN);
            json.WriteString("bound", report.Bound.Why);
            json.WriteBoolean("holds", report.Holds);
            json.WriteEndObject();

            void Number(string name, double value)
            {
                if (double.IsFinite(value)) json.WriteNumber(name, value);
                else json.WriteNull(name);
            }
        }
        stdout.WriteByte((byte)'\n');
    }
}
