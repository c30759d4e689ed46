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
        options.AddTo(command);
        command.Options.Add(options.Demonstrations);
        command.Options.Add(json);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            using var run = context.OpenRun(options.Read(parsed, context.Messages.Info), parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
            var plan = run.Plan();
            var status = run.Passes.Status.GroupBy(s => s).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => g.Count());
            var estimate = run.Estimate();
            context.Progress?.Dispose();
            if (parsed.GetValue(json)) WriteJson(plan, status, estimate);
            else WriteText(plan, status, estimate);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static void WriteText(WavePlan plan, Dictionary<RowStatus, int> status, RunEstimate estimate)
    {
        long plain = plan.Forest.PlainTokens;
        int trunks = Enumerable.Range(0, plan.Count).Count(i => plan[i].IsTrunk);
        Line($"rows      {string.Join(", ", status.Select(s => $"{ProgressLine.Count(s.Value)} {RowStatusName.Of(s.Key)}"))}");
        Line($"passes    {plan.Forest.Count:N0}");
        Line($"tokens    {plan.Tokens:N0} to compute, {plain:N0} in a plain loop ({(plan.Tokens == 0 ? 1 : (double)plain / plan.Tokens):F2} times as many), {plan.Forest.NodeCount:N0} at least");
        Line($"decodes   {plan.Count:N0}: {plan.Count - trunks:N0} waves of at most {plan.Limits.Tokens} tokens, {plan.Limits.Outputs} scored rows; {trunks:N0} trunks kept in the cache");
        Line($"memory    {ProgressLine.Size(estimate.ModelBytes)} of weights, {ProgressLine.Size(estimate.ContextBytes)} of cells and logits ({plan.Cells:N0} cells a context)");
        Line($"speed     {estimate.TokensPerSecond:N0} tokens/s in a trial of the first waves");
        Line($"time      about {ProgressLine.Duration(estimate.Duration)}");
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static void WriteJson(WavePlan plan, Dictionary<RowStatus, int> status, RunEstimate estimate)
    {
        using var stdout = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(stdout, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
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
            json.WriteEndObject();
        }
        stdout.WriteByte((byte)'\n');
    }
}
