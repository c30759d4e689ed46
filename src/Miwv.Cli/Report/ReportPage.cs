using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Miwv.Cli.Terminal;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Metrics;

namespace Miwv.Cli.Report;

/// <summary>One HTML file without any reference to anything outside it; the same run gives the same bytes.</summary>
internal static class ReportPage
{
    // the default encoder escapes <, > and &, so that no text can end the script element
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Default };

    /// <returns>Bytes written.</returns>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static long Write(StoredRun run, string path, CancellationToken cancel)
    {
        var data = new ReportData(run, cancel);
        string[] parts = Resource("page.html").Split("{{data}}", 2), scripts = parts[1].Split("{{script}}", 2);
        // the file's name last: whatever it holds is looked through no more
        parts[0] = parts[0].Replace("{{style}}", Resource("page.css"), StringComparison.Ordinal)
            .Replace("{{title}}", WebUtility.HtmlEncode(SafeText.OneLine(Path.GetFileName(run.Settings.DataPath))), StringComparison.Ordinal);
        string numbers = Data(run, data); // before the file is begun: what cannot be read is not what cannot be written
        long length = 0;
        WholeFile.Write(path, "the report", file =>
        {
            using var writer = new StreamWriter(file, new UTF8Encoding(false), leaveOpen: true);
            writer.Write(parts[0]);
            // the texts by hand: they may be longer than a text that the JSON writer takes, and base64 needs no escapes
            writer.Write(numbers.AsSpan()[..^1]);
            writer.Write(",\"texts\":\"");
            writer.Write(data.Texts());
            writer.Write("\"}");
            writer.Write(scripts[0]);
            writer.Write(Resource("page.js"));
            writer.Write(scripts[1]);
            writer.Flush();
            length = file.Length;
        }, cancel);
        return length;
    }

    private static string Data(StoredRun run, ReportData data)
    {
        var run_ = JsonNode.Parse(File.ReadAllBytes(run.Directory.RunFile))!;
        var summary = File.Exists(run.Directory.SummaryFile) ? JsonNode.Parse(File.ReadAllBytes(run.Directory.SummaryFile)) : null;
        var root = new JsonObject
        {
            ["rows"] = run.Scores.Count,
            ["program"] = run_["program"]?.DeepClone(),
            ["settings"] = run_["settings"]?.DeepClone(),
            ["identity"] = run_["identity"]?.DeepClone(),
            ["summary"] = summary,
            ["main"] = run.MainField,
            ["low"] = new JsonArray([.. run.MetricNames.Where(name => StoredColumns.BetterOf(name) == Better.Low).Select(name => (JsonNode)name)]),
            ["metrics"] = new JsonArray([.. run.MetricNames.Select(name => (JsonNode)name)]),
            ["arrays"] = new JsonArray([.. data.Arrays().Select(a => (JsonNode)new JsonObject { ["name"] = a.Name, ["type"] = a.Type, ["data"] = a.Base64 })]),
        };
        return root.ToJsonString(Json).Replace("\\u002B", "+", StringComparison.Ordinal); // base64 needs no escaped plus
    }

    private static string Resource(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report/" + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
