using System.Text.Json.Nodes;
using Miwv.Engine.Results;

namespace Miwv.Cli.Tests;

/// <summary>A finished run of a few rows, written by hand: wide characters, control characters, markup, every status.</summary>
internal sealed class SmallRun : IDisposable
{
    private static readonly (string Instruction, string Output, string Status, double Zero, double One)[] Rows =
    [
        ("Translate 你好世界 into English.", "Hello, world.", "ok", 1.25, 2.75),
        ("Say it with a smile 😀🎉 and a flag.", "😀 done", "ok", 2.5, 0.5),
        ("Break the screen: \u001b[2J\u001b[31mred\u0007\u202eright to left", "</script><img src=x onerror=alert(1)>", "ok", 3, 3.5),
        ("한국어로 대답해 주세요, 아주 긴 문장으로 대답해 주셔야 합니다, 부탁드립니다.", "네,\n알겠습니다.", "ok", 0.75, 0.75),
        ("Nothing to answer", "", "empty_answer", double.NaN, double.NaN),
        ("Too long", "x", "too_long", double.NaN, double.NaN),
        ("Not a number", "nan", "nan", double.NaN, double.NaN),
        ("Café naïve e\u0301 combining", "Ça va", "ok", 4, 2),
    ];

    /// <param name="further">Field of the run's further metric.</param>
    public SmallRun(string further = "ifd")
    {
        var data = new JsonArray([.. Rows.Select((r, i) => (JsonNode)new JsonObject { ["id"] = $"row-{i}", ["instruction"] = r.Instruction, ["output"] = r.Output })]);
        File.WriteAllText(Data, data.ToJsonString());
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "run.json"), RunJson(Data, Path.Combine(Root, "gone.gguf")));
        File.WriteAllLines(Path.Combine(Folder, "scores.jsonl"), Rows.Select((r, i) => Line(r, i, further)));
        Run = StoredRun.Open(Folder, default);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("miwv-ui-").FullName;
    public string Data => Path.Combine(Root, "rows.json");
    public string Folder => Path.Combine(Root, "run");
    public StoredRun Run { get; }

    public void Dispose()
    {
        Run.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    /// <summary>A run.json, its settings as the program writes them, so that a new setting does not need to be named here.</summary>
    public static string RunJson(string data, string model)
    {
        using var stream = new MemoryStream();
        using (var json = new System.Text.Json.Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            Miwv.Engine.Runs.RunFile.WriteSettings(json, new Miwv.Engine.RunSettings { DataPath = data, ModelPath = model });
            json.WriteEndObject();
        }
        return $$$"""{"program": "miwv 0.1.0", "settings": {{{JsonNode.Parse(stream.ToArray())!["settings"]!.ToJsonString()}}}, "identity": {"template": "<b>&"}}""";
    }

    private static string Line((string Instruction, string Output, string Status, double Zero, double One) row, int index, string further)
    {
        JsonNode? Number(double value) => double.IsNaN(value) ? null : JsonValue.Create(value);
        return new JsonObject
        {
            ["id"] = $"row-{index}", ["status"] = row.Status, ["neighbor"] = $"row-{(index + 1) % 4}", ["cosine"] = 0.9 - index / 100.0, ["n_answer"] = row.Output.Length,
            ["zero_nll"] = Number(row.Zero), ["one_nll"] = Number(row.One), ["miwv"] = Number(row.One - row.Zero), ["demo_cut"] = index == 3, [further] = Number(row.Zero / 5),
        }.ToJsonString();
    }
}
