using System.CommandLine;
using System.Text.Json;
using Miwv.Cli.Terminal;
using Miwv.Data;
using Miwv.Engine;
using Miwv.Retrieval;

namespace Miwv.Cli.Commands;

/// <summary>embed and neighbors: the first stages of a run by themselves; a later select on the same run directory finds their results.</summary>
internal static class RetrievalCommands
{
    public static Command Embed(CommandHost host)
    {
        var command = new Command("embed", "Embed every row's prompt into the run's store");
        var options = new RunOptions();
        var output = new Option<string?>("--output", "-o") { Description = "also write the vectors as .npy [rows x dimension] f32", HelpName = "NPY" };
        options.AddTo(command);
        command.Options.Add(output);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            if (parsed.GetValue(output) is { } target) OutputFile.Check(target);
            using var run = context.OpenRun(options.Read(parsed, context.Messages.Info), parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
            var store = run.Embed();
            context.Progress?.Dispose();
            int zero = Enumerable.Range(0, store.Count).Count(store.IsZero);
            if (parsed.GetValue(output) is { } file) NpyFile.Export(store, file);
            Console.WriteLine($"vectors   {ProgressLine.Count(store.Count)} x {store.Dimension}{(zero > 0 ? $", {ProgressLine.Count(zero)} of them zero (no known word, or an error row)" : "")}");
            Console.WriteLine($"store     {store.Path} ({ProgressLine.Size(store.FileBytes)})");
            return ExitCode.Ok;
        }));
        return command;
    }

    public static Command Neighbors(CommandHost host)
    {
        var command = new Command("neighbors", "Find every row's nearest row; one JSON line a row");
        var options = new RunOptions();
        var output = new Option<string?>("--output", "-o") { Description = "file for the lines (default: stdout)", HelpName = "FILE" };
        options.AddTo(command);
        command.Options.Add(output);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            if (parsed.GetValue(output) is { } target) OutputFile.Check(target);
            using var run = context.OpenRun(options.Read(parsed, context.Messages.Info), parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
            var graph = run.FindNeighbors();
            context.Progress?.Dispose();
            using var stream = parsed.GetValue(output) is { } file ? File.Create(file) : Console.OpenStandardOutput();
            Write(stream, run, graph);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static void Write(Stream stream, MiwvRun run, KnnGraph graph)
    {
        using var buffered = new BufferedStream(stream, 1 << 16);
        using var json = new Utf8JsonWriter(buffered, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        for (int row = 0; row < graph.Rows; row++)
        {
            int neighbor = graph.Neighbors(row)[0];
            json.WriteStartObject();
            json.WritePropertyName("id");
            run.Rows.Id(row).WriteTo(json);
            json.WritePropertyName("neighbor");
            if (neighbor < 0) json.WriteNullValue();
            else run.Rows.Id(neighbor).WriteTo(json);
            if (neighbor < 0) json.WriteNull("cosine");
            else json.WriteNumber("cosine", graph.Cosines(row)[0]);
            json.WriteEndObject();
            json.Flush();
            buffered.WriteByte((byte)'\n');
            json.Reset();
        }
    }
}
