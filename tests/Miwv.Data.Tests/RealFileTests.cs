using System.Text.Json;

namespace Miwv.Data.Tests;

/// <summary>The real files beside the checkout, compared with what System.Text.Json reads; nothing where there are none.</summary>
public sealed class RealFileTests
{
    private static readonly (string File, int Rows, RowShape Shape)[] Known =
    [
        ("alpaca_17k.json", 17087, RowShape.Alpaca),
        ("alpaca_2k.json", 2000, RowShape.Alpaca),
        ("cherry_alpaca_5_percent.json", 3111, RowShape.Alpaca),
        ("dolly_3k.json", 2996, RowShape.Alpaca),
        ("code_alpaca_2k.json", 2017, RowShape.Alpaca),
        ("rasbt_instruction_data.json", 1100, RowShape.Alpaca),
        ("llamafactory_alpaca_en_demo.json", 999, RowShape.Alpaca),
        ("llamafactory_identity.json", 91, RowShape.Alpaca),
        ("alpaca_1k_longest_sharegpt.json", 1000, RowShape.ShareGpt),
        ("alpaca_1k_score_sharegpt.json", 1000, RowShape.ShareGpt),
        ("evol_instruct_1k_sharegpt.json", 1000, RowShape.ShareGpt),
        ("fastchat_dummy_conversation.json", 500, RowShape.ShareGpt),
        ("llamafactory_glaive_toolcall_en_demo.json", 300, RowShape.ShareGpt),
        ("llamafactory_v1_sft_demo.jsonl", 500, RowShape.Messages),
        ("openai_messages_multi_turn.jsonl", 441, RowShape.Messages),
    ];

    public static TheoryData<string, int, RowShape> Files()
    {
        var files = new TheoryData<string, int, RowShape>();
        // The one case that is always there keeps the theory alive where the folder is absent.
        files.Add("", 0, RowShape.Alpaca);
        if (SharedFolder.Path is not null)
        {
            foreach ((string file, int rows, RowShape shape) in Known)
                files.Add(file, rows, shape);
        }
        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void EveryRealFileIsReadAsSystemTextJsonReadsIt(string file, int count, RowShape shape)
    {
        if (file.Length == 0)
        {
            Assert.Equal(15, Known.Length);
            return;
        }
        string path = Path.Combine(SharedFolder.Path!, "data", file);
        using RowFile rows = RowFile.Open(path);
        Assert.Equal((count, shape), (rows.Count, rows.Shape));
        string text = File.ReadAllText(path);
        JsonElement[] expected = rows.Container == RowContainer.Array
            ? [.. JsonDocument.Parse(text).RootElement.EnumerateArray()]
            : [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(expected.Length, rows.Count);
        for (int i = 0; i < rows.Count; i++)
        {
            Row row = rows.Read(i);
            Assert.Null(row.Error);
            Assert.Equal(expected[i].GetRawText(), System.Text.Encoding.UTF8.GetString(rows.RawJson(i)));
            Assert.Equal(expected[i].TryGetProperty("id", out JsonElement id) ? id.GetString() : $"{i}", row.Id.Text);
            if (shape == RowShape.Alpaca)
                Assert.Equal((Text(expected[i], "instruction"), Text(expected[i], "input"), Text(expected[i], "output")), (row.Instruction, row.Input, row.Output));
            else
                SameTurns(expected[i].GetProperty(shape == RowShape.Messages ? "messages" : "conversations"), row);
        }
    }

    [Fact]
    public void AFileWithoutAnswersNamesItsColumns()
    {
        if (SharedFolder.Path is null)
            return;
        string path = Path.Combine(SharedFolder.Path, "data", "alpaca_17k.selections.jsonl");
        Assert.StartsWith($"{path}: no row has a column for the answer; columns found: row, cherry_ifd_top5pct, ", Assert.Throws<UserException>(() => RowFile.Open(path)).Message);
    }

    private static string Text(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";

    // In these files every conversation ends in the answer and holds no system turn.
    private static void SameTurns(JsonElement turns, Row row)
    {
        string[] texts = [.. turns.EnumerateArray().Select(turn =>
            turn.TryGetProperty("value", out JsonElement value) ? value.GetString()!
            : turn.GetProperty("content") is { ValueKind: JsonValueKind.String } content ? content.GetString()!
            : string.Concat(turn.GetProperty("content").EnumerateArray().Select(part => part.GetProperty("value").GetString())))];
        Assert.Equal(texts, row.Messages().Select(turn => turn.Text).Append(row.Output));
        Assert.Null(row.System);
    }
}
