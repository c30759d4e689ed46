using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Miwv.Cli.Hosting;
using Miwv.Cli.Options;
using Miwv.Cli.Terminal;
using Miwv.Engine;
using Miwv.Scoring.Waves;

namespace Miwv.Cli.Commands;

/// <summary>plan: what a run will cost, before it runs.</summary>
internal static class PlanCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("plan", "Say what scoring will cost: tokens with and without sharing, waves, memory, time");
        var options = new RunOptions();
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var writeOut = new WriteOutOption();
        options.AddTo(command);
        writeOut.AddTo(command);
        command.Options.Add(options.Demonstrations);
        command.Options.Add(options.From);
        command.Options.Add(json);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            if (writeOut.Run(parsed, context, options, () => options.ReadOrTakeOver(parsed, context.Messages), parsed.GetValue(json)) is { } code) return code;
            using var run = context.OpenRun(options.ReadOrTakeOver(parsed, context.Messages), parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
            run.IsTrial = true;
            var parts = new List<Part>();
            if (run.Cascade is { } cascade) parts.Add(Part.Of("small model", cascade.Run));
            parts.AddRange((run.Judges?.Runs ?? []).Select((judge, i) => Part.Of($"judge {i + 1}", judge)));
            bool guessed = run.Cascade?.IsFinished == false;
            parts.Add(Part.Of(guessed ? "scoring model, rows that may be kept drawn at random" : "scoring model", run));
            context.Progress?.Dispose();
            if (parsed.GetValue(json)) WriteJson(parts);
            else WriteText(parts);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static void WriteText(List<Part> parts)
    {
        foreach (var part in parts)
        {
            if (parts.Count > 1) Console.WriteLine(part.Name);
            WriteText(part.Plan, part.Status, part.Estimate, part.WhyNothing);
        }
        if (parts.Count > 1) Line($"in all    about {ProgressLine.Duration(TimeSpan.FromTicks(parts.Sum(part => part.Estimate.Duration.Ticks)))}, {parts.Sum(part => part.Plan.Tokens):N0} tokens");
        if (parts[^1].Without is { } tokens)
            Line($"without   {tokens:N0} tokens of the scoring model, about {ProgressLine.Duration(parts[^1].Estimate.TokensPerSecond > 0 ? TimeSpan.FromSeconds(tokens / parts[^1].Estimate.TokensPerSecond) : TimeSpan.Zero)}, if it scored all rows");
    }

    private static void WriteText(WavePlan plan, Dictionary<RowStatus, int> status, RunEstimate estimate, string? whyNothing)
    {
        long plain = plan.Forest.PlainTokens;
        int trunks = Enumerable.Range(0, plan.Count).Count(i => plan[i].IsTrunk);
        Line($"rows      {string.Join(", ", status.Select(s => $"{ProgressLine.Count(s.Value)} {RowStatusName.Of(s.Key)}"))}");
        Line($"passes    {plan.Forest.Count:N0}{(whyNothing is null ? "" : ": " + whyNothing)}");
        Line($"tokens    {plan.Tokens:N0} to compute, {plain:N0} in a plain loop ({(plan.Tokens == 0 ? 1 : (double)plain / plan.Tokens):F2} times as many), {plan.Forest.NodeCount:N0} at least");
        Line($"decodes   {plan.Count:N0}: {plan.Count - trunks:N0} waves of at most {plan.Limits.Tokens} tokens, {plan.Limits.Outputs} scored rows; {trunks:N0} trunks kept in the cache");
        Line($"memory    {ProgressLine.Size(estimate.ModelBytes)} of weights, {ProgressLine.Size(estimate.ContextBytes)} of cells and logits ({plan.Cells:N0} cells a context)");
        Line($"speed     {estimate.TokensPerSecond:N0} tokens/s in a trial of the first waves");
        Line($"time      about {ProgressLine.Duration(estimate.Duration)}");
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    // the scoring model's figures at the top, those of the models before it in "before"
    private static void WriteJson(List<Part> parts)
    {
        using var stdout = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(stdout, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            WriteJson(json, parts[^1]);
            if (parts[^1].Without is { } tokens) json.WriteNumber("tokens_without_cascade", tokens);
            if (parts.Count > 1)
            {
                json.WriteStartArray("before");
                foreach (var part in parts.SkipLast(1))
                {
                    json.WriteStartObject();
                    json.WriteString("model", part.Name);
                    WriteJson(json, part);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        stdout.WriteByte((byte)'\n');
    }

    private static void WriteJson(Utf8JsonWriter json, Part part)
    {
        var (_, plan, status, estimate, _, _) = part;
        json.WriteStartObject("status");
        foreach (var (name, count) in status) json.WriteNumber(RowStatusName.Of(name), count);
        json.WriteEndObject();
        json.WriteNumber("passes", plan.Forest.Count);
        json.WriteNumber("tokens_computed", plan.Tokens);
        json.WriteNumber("tokens_minimal", plan.Forest.NodeCount);
        json.WriteNumber("tokens_plain", plan.Forest.PlainTokens);
        json.WriteNumber("decodes", plan.Count);
        json.WriteNumber("wave_tokens", plan.Limits.Tokens);
        json.WriteNumber("wave_outputs", plan.Limits.Outputs);
        json.WriteNumber("cells", plan.Cells);
        json.WriteNumber("model_bytes", estimate.ModelBytes);
        json.WriteNumber("context_bytes", estimate.ContextBytes);
        json.WriteNumber("tokens_per_second", Math.Round(estimate.TokensPerSecond, 1));
        json.WriteNumber("seconds", Math.Round(estimate.Duration.TotalSeconds, 1));
    }

    /// <param name="Without">Tokens that the scoring model would decode without a cascade; null without one.</param>
    /// <param name="WhyNothing">Why there is no pass; null if there are some.</param>
    private sealed record Part(string Name, WavePlan Plan, Dictionary<RowStatus, int> Status, RunEstimate Estimate, long? Without, string? WhyNothing)
    {
        public static Part Of(string name, MiwvRun run)
        {
            var plan = run.Plan();
            var status = run.Passes.Status.GroupBy(s => s).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => g.Count());
            return new Part(name, plan, status, run.Estimate(), run.TokensWithoutCascade, run.WhyNoPasses());
        }
    }
}
