using System.Globalization;
using System.Text.Json;
using Miwv.Engine;
using Miwv.Engine.Cascading;
using Miwv.Engine.Results;
using Miwv.Metrics.Selection;
using Miwv.Scoring.Waves;

namespace Miwv.Cli.Terminal;

/// <summary>What a cascade spared and missed.</summary>
internal static class CascadeText
{
    public static void Write(TextWriter output, MiwvRun run, RunSummary summary, CascadeSummary cascade, Selection? selection)
    {
        output.WriteLine(Line($"cascade   {cascade.Kept:N0} rows kept by the small model, {cascade.Rejected:N0} rejected"));
        double small = Flops("cascade"), large = Flops("score"), without = 2.0 * summary.Compute[0].Parameters * cascade.TokensWithout;
        output.WriteLine(Line($"saved     {cascade.TokensWithout - summary.TokensComputed:N0} of {cascade.TokensWithout:N0} tokens of the scoring model; both models together {100 * (small + large) / without:F1} % of its compute over all rows{Time(run, cascade)}"));
        if (selection is null) return;
        output.WriteLine(selection.Recall is { } recall
            ? Line($"recall    about {100 * recall.Recall:F1} % of the best {recall.Wanted:N0} rows were kept (95 % interval {100 * recall.Low:F1} to {100 * recall.High:F1}): of {recall.Audited:N0} rejected rows audited, {recall.Missed:N0} would be among them; by chance {100 * selection.RecallByChance:F1} %")
            : "recall    not known: no rejected row was audited (--audit)");

        double Flops(string part) => summary.Compute.Where(c => c.Part == part).Sum(c => c.Flops);
    }

    public static void WriteJson(Utf8JsonWriter json, RecallEstimate recall, double byChance)
    {
        json.WriteStartObject("recall");
        json.WriteNumber("wanted", recall.Wanted);
        json.WriteNumber("estimate", recall.Recall);
        json.WriteNumber("low", recall.Low);
        json.WriteNumber("high", recall.High);
        json.WriteNumber("by_chance", byChance);
        json.WriteNumber("audited", recall.Audited);
        json.WriteNumber("missed", recall.Missed);
        json.WriteEndObject();
    }

    // only where both stages ran in this process
    private static string Time(MiwvRun run, CascadeSummary cascade)
    {
        WaveTimes small = run.Cascade!.Run.Times, large = run.Times;
        if (small.Tokens == 0 || large.Tokens == 0) return "";
        double first = WaveTimes.Seconds(small.Elapsed), second = WaveTimes.Seconds(large.Elapsed), all = second * cascade.TokensWithout / large.Tokens;
        return Line($"; scoring took {first:F1} + {second:F1} s, all rows on the scoring model about {all:F1} s");
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
