using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Miwv.Cli.Hosting;
using Miwv.Cli.Options;
using Miwv.Cli.Terminal;
using Miwv.Data;
using Miwv.Engine;
using Miwv.Retrieval;

namespace Miwv.Cli.Commands;

/// <summary>neighbors: the k-NN graph of a data set, groups of near-duplicates, or the rows nearest to a sentence.</summary>
internal static class NeighborsCommand
{
    private static readonly JsonWriterOptions JsonLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(CommandHost host)
    {
        var command = new Command("neighbors", "Find every row's nearest rows; one JSON line a row");
        var options = new RunOptions();
        var output = new Option<string?>("--output", "-o") { Description = "file for the lines (default: stdout)", HelpName = "FILE" };
        var k = new Option<int>("-k") { Description = "neighbours of a row, or answers to a query", DefaultValueFactory = _ => 1, HelpName = "N" };
        var query = new Option<string?>("--query") { Description = "show the rows nearest to this sentence instead", HelpName = "TEXT" };
        options.Duplicates.Description = "skip or keep identical rows; a cosine such as 0.95 lists the groups of near-duplicates instead";
        options.Duplicates.HelpName = "skip|keep|COSINE";
        options.AddTo(command);
        foreach (Option option in new Option[] { output, k, query }) command.Options.Add(option);
        command.SetAction(parsed => host.Run(parsed, context =>
        {
            int count = parsed.GetValue(k) >= 1 ? parsed.GetValue(k) : throw new UsageException($"-k {parsed.GetValue(k)}: must be at least 1");
            double? threshold = Threshold(parsed.GetValue(options.Duplicates)!);
            if (parsed.GetValue(query) is { } asked)
            {
                if (string.IsNullOrWhiteSpace(asked)) throw new UsageException("--query: the sentence is empty");
                if (threshold is not null) throw new UsageException($"--query and --duplicates {parsed.GetValue(options.Duplicates)}: one lists the rows nearest to a sentence, the other groups of rows; give one of the two");
            }
            var settings = options.Read(parsed, context.Messages, groups: threshold is not null);
            if (parsed.GetValue(output) is { } target) OutputFile.Check(target, options.Inputs(parsed, context, settings));
            using var run = context.OpenRun(settings, parsed.GetValue(options.Run), parsed.GetValue(options.Resume));
            Action<Stream> write;
            if (parsed.GetValue(query) is { } text)
            {
                var nearest = run.Nearest(text, count);
                write = stream => Each(stream, nearest, (json, found) => Neighbor(json, run.Rows, found.Row, found.Cosine, withText: true));
            }
            else if (threshold is { } cosine)
            {
                var groups = DuplicateGroups.Exact(run.Embed(), cosine, 0, null, context.Cancel);
                context.Messages.Info(string.Create(CultureInfo.InvariantCulture, $"{groups.Groups.Count:N0} groups of {groups.Groups.Sum(g => g.Count):N0} rows with a cosine of at least {cosine}"));
                write = stream => Each(stream, groups.Groups, (json, group) => Group(json, run.Rows, group));
            }
            else
            {
                var graph = run.FindNeighbors(count);
                var degrees = InDegreeStatistics.Of(graph);
                context.Messages.Info(string.Create(CultureInfo.InvariantCulture, $"{degrees.NeverChosen:N0} of {graph.Rows:N0} rows are nobody's neighbour; the most chosen has {degrees.Maximum:N0}; in-degrees have skewness {degrees.Skewness:F2}"));
                write = stream => Each(stream, Enumerable.Range(0, graph.Rows), (json, row) => Row(json, run.Rows, graph, row));
            }
            context.Progress?.Dispose();
            if (parsed.GetValue(output) is { } file)
            {
                WholeFile.Write(file, "the list", write, context.Cancel);
            }
            else
            {
                using var stdout = Console.OpenStandardOutput();
                write(stdout);
            }
            context.Messages.Info($"time: {run.StageTimes}");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static double? Threshold(string text) => !double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) ? null
        : value is > 0 and <= 1 ? value : throw new UsageException($"--duplicates {text}: a cosine is above 0 and at most 1");

    private static void Each<T>(Stream stream, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        // not disposed: the stream is its owner's
        var buffered = new BufferedStream(stream, 1 << 16);
        using var json = new Utf8JsonWriter(buffered, JsonLine);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
            json.Flush();
            buffered.WriteByte((byte)'\n');
            json.Reset();
        }
        buffered.Flush();
    }

    private static void Row(Utf8JsonWriter json, RowFile rows, KnnGraph graph, int row)
    {
        json.WritePropertyName("id");
        rows.Id(row).WriteTo(json);
        Neighbor(json, rows, graph.Neighbors(row)[0], graph.Cosines(row)[0], withText: false);
        if (graph.K == 1) return;
        json.WriteStartArray("neighbors");
        for (int i = 0; i < graph.K && graph.Neighbors(row)[i] >= 0; i++)
        {
            json.WriteStartObject();
            Neighbor(json, rows, graph.Neighbors(row)[i], graph.Cosines(row)[i], withText: false);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Neighbor(Utf8JsonWriter json, RowFile rows, int row, double cosine, bool withText)
    {
        json.WritePropertyName(withText ? "id" : "neighbor");
        if (row < 0) json.WriteNullValue();
        else rows.Id(row).WriteTo(json);
        if (row < 0) json.WriteNull("cosine");
        else json.WriteNumber("cosine", cosine);
        if (withText) json.WriteString("text", rows.Read(row).EmbeddingText);
    }

    private static void Group(Utf8JsonWriter json, RowFile rows, IReadOnlyList<int> group)
    {
        json.WriteStartArray("ids");
        foreach (int row in group) rows.Id(row).WriteTo(json);
        json.WriteEndArray();
    }
}
