using System.CommandLine;
using System.Globalization;
using Miwv.Cli.Hosting;
using Miwv.Cli.Options;
using Miwv.Data;
using Miwv.Engine.Probing;
using Miwv.Engine;

namespace Miwv.Cli.Commands;

/// <summary>probe: do the metrics find, avoid or prefer noise in this data set?</summary>
internal static class ProbeCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("probe", "Plant spoilt answers in a copy of the data, score it, and report how each metric treats them");
        var options = new RunOptions();
        var share = new Option<double>("--plant") { Description = "percent of the rows to spoil: swapped, cut, shuffled and off-language answers in equal parts", DefaultValueFactory = _ => 10, HelpName = "P" };
        var copy = new Option<string>("--copy") { Description = "file for the copy with the spoilt rows", DefaultValueFactory = _ => "miwv-probe.jsonl", HelpName = "FILE" };
        options.AddTo(command);
        command.Options.Add(share);
        command.Options.Add(copy);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            double percent = parsed.GetValue(share);
            if (percent is not (> 0 and <= 50)) throw new UsageException($"--plant {percent}: must be above 0 and at most 50 percent");
            string file = parsed.GetValue(copy)!;
            var settings = options.Read(parsed, context.Messages);
            OutputFile.Check(file, options.Inputs(parsed, context, settings), readAgain: true);
            NoiseKind[] kinds;
            using (var rows = RowFile.Open(settings.DataPath, new RowFileOptions { Columns = settings.Columns, Ids = settings.Ids, Limit = settings.Limit }, null, context.Cancel))
                kinds = NoisePlanter.Write(rows, percent / 100, settings.Seed, file);
            using var run = context.OpenRun(settings with { DataPath = file, Columns = ColumnMap.Default, Limit = null }, parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
            var scores = run.Score();
            context.Progress?.Dispose();
            Write(Console.Out, ProbeReport.Of(scores, kinds, settings.Seed), kinds);
            return ScoreCommands.Done(run, scores, context.Messages);
        }));
        return command;
    }

    private static void Write(TextWriter output, IReadOnlyList<ProbeReport> reports, NoiseKind[] kinds)
    {
        var planted = kinds.Where(kind => kind != NoiseKind.None).GroupBy(kind => kind).OrderBy(group => group.Key).ToList();
        int total = planted.Sum(group => group.Count()), width = reports.Max(r => r.Metric.Length);
        output.WriteLine(Line($"{total} of {kinds.Length} rows spoilt: {string.Join(", ", planted.Select(group => $"{group.Count()} {Name(group.Key)}"))}"));
        output.WriteLine("area under the ROC curve: 1 = the metric selects spoilt rows first, 0.5 = it cannot tell, 0 = it avoids them");
        output.WriteLine($"{"metric".PadRight(width)}  {"all",6}  {string.Join("  ", planted.Select(group => $"{Name(group.Key),12}"))}  {"PR area",8}");
        foreach (var report in reports)
            output.WriteLine(Line($"{report.Metric.PadRight(width)}  {Number(report.Roc, 6)}  {string.Join("  ", planted.Select(group => Number(report.RocOfKind[group.Key], 12)))}  {Number(report.PrecisionRecall, 8)}"));
        output.WriteLine(Line($"chance{new string(' ', Math.Max(0, width - 6))}  {0.5,6:F3}  {string.Join("  ", planted.Select(_ => Line($"{0.5,12:F3}")))}  {(double)total / kinds.Length,8:F3}"));
    }

    // "-" where no spoilt row of that kind has a value
    private static string Number(double value, int width) => (double.IsNaN(value) ? "-" : value.ToString("F3", CultureInfo.InvariantCulture)).PadLeft(width);

    private static string Name(NoiseKind kind) => kind switch
    {
        NoiseKind.OffLanguage => "off-language",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
