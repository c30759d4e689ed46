using System.CommandLine;
using System.Globalization;
using Miwv.Cli.Hosting;
using Miwv.Cli.Options;
using Miwv.Cli.Terminal;
using Miwv.Engine;
using Miwv.Retrieval;

namespace Miwv.Cli.Commands;

/// <summary>embed and index: the first stages of a run by themselves; a later select on the same run directory finds their results.</summary>
internal static class RetrievalCommands
{
    public static Command Embed(CommandHost host)
    {
        var command = new Command("embed", "Embed every row's prompt into the run's store");
        var options = new RunOptions();
        var output = new Option<string?>("--output", "-o") { Description = "also write the vectors as .npy [rows x dimension], normalised, in the type of the store", HelpName = "NPY" };
        options.AddTo(command);
        command.Options.Add(output);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            var settings = options.Read(parsed, context.Messages);
            if (parsed.GetValue(output) is { } target) OutputFile.Check(target, options.Inputs(parsed, context, settings));
            using var run = context.OpenRun(settings, parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
            var store = run.Embed();
            context.Progress?.Dispose();
            int zero = Enumerable.Range(0, store.Count).Count(store.IsZero);
            if (parsed.GetValue(output) is { } file) NpyFile.Export(store, file, context.Cancel);
            Console.WriteLine($"vectors   {ProgressLine.Count(store.Count)} x {store.Dimension}{(zero > 0 ? $", {ProgressLine.Count(zero)} of them zero (no known word, or an error row)" : "")}");
            Console.WriteLine($"store     {store.Path} ({ProgressLine.Size(store.FileBytes)})");
            Console.WriteLine($"time      {run.StageTimes}");
            return ExitCode.Ok;
        }));
        return command;
    }

    public static Command Index(CommandHost host)
    {
        var command = new Command("index", "Build the HNSW index of the run's vectors and measure its recall");
        var options = new RunOptions();
        var from = new Option<string?>("--from-index") { Description = "start from this saved index of the same vectors, or of the first of them (rows were appended), and insert the rows it lacks", HelpName = "FILE" };
        options.AddTo(command);
        command.Options.Add(from);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            var settings = options.Read(parsed, context.Messages);
            using var run = context.OpenRun(settings, parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
            var found = run.Index(parsed.GetValue(from));
            context.Progress?.Dispose();
            var recall = found.Recall!;
            Console.WriteLine($"index     {run.Directory.IndexFile} ({ProgressLine.Size(new FileInfo(run.Directory.IndexFile).Length)}), M {settings.Hnsw.M}, efConstruction {settings.Hnsw.EfConstruction}");
            Console.WriteLine(recall.SampledRows == 0 ? "recall    not measured: no row of the sample has a neighbour" : string.Create(CultureInfo.InvariantCulture, $"recall    {recall.At1:F4} of the nearest rows found with efSearch {settings.Hnsw.EfSearch}, against exact on {recall.SampledRows:N0} rows"));
            Console.WriteLine($"time      {run.StageTimes}");
            return ExitCode.Ok;
        }));
        return command;
    }
}
