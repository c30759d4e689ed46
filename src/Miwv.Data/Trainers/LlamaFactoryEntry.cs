using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>The entry of dataset_info.json by which LLaMA-Factory trains on a written selection.</summary>
public static class LlamaFactoryEntry
{
    /// <summary>The entry's name: the selection's file name without its ending.</summary>
    public static string NameOf(string selection) => Path.GetFileNameWithoutExtension(selection);

    /// <summary>Refuses what the trainer could not load, before there is anything to write.</summary>
    /// <exception cref="UserException">The file's ending, or a dataset_info.json by another name.</exception>
    public static void Check(string info, string selection)
    {
        if (Path.GetFileName(info) != DatasetInfo.FileName)
            throw new UserException($"{info}: LLaMA-Factory reads {DatasetInfo.FileName} and no other name");
        if (Path.GetExtension(selection).ToLowerInvariant() is not (".json" or ".jsonl"))
            throw new UserException($"{selection}: LLaMA-Factory tells formats by the ending; end the selection's name in .json or .jsonl");
    }

    /// <summary>Adds or replaces the entry of a selection.</summary>
    /// <returns>What the trainer will not do with these rows, one line each.</returns>
    /// <exception cref="UserException">dataset_info.json is not one, or cannot be written.</exception>
    public static IReadOnlyList<string> Put(string info, WrittenRows rows)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(info))!;
        DatasetInfo.Put(info, NameOf(rows.Path), Json(rows, Path.GetRelativePath(folder, Path.GetFullPath(rows.Path)).Replace('\\', '/')));
        var notes = new List<string>();
        if (rows.Skipped > 0)
            notes.Add($"{rows.Path}: LLaMA-Factory will pass over {rows.Skipped} rows whose turns do not alternate from question to answer under one spelling, the first at position {rows.FirstSkipped}");
        if (rows.HasParts)
            notes.Add($"{rows.Path}: has texts in parts, which LLaMA-Factory's sharegpt formatting does not read; write it with --format messages");
        return notes;
    }

    /// <summary>The entry, as it stands in a file indented by two.</summary>
    /// <param name="file">The data file relative to dataset_info.json.</param>
    internal static string Json(WrittenRows rows, string file)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("file_name", file);
            if (rows.Shape != RowShape.Alpaca) json.WriteString("formatting", "sharegpt");
            json.WriteStartObject("columns");
            if (rows.Shape == RowShape.Alpaca)
            {
                Column("prompt", rows.Required(RowColumn.Instruction));
                Column("query", rows.Column(RowColumn.Input));
                Column("response", rows.Column(RowColumn.Output));
                Column("history", rows.Column(RowColumn.History));
            }
            else
            {
                Column("messages", rows.Column(rows.Shape == RowShape.Messages ? RowColumn.Messages : RowColumn.Conversations));
            }
            Column("system", rows.Column(RowColumn.System));
            Column("tools", rows.Has("tools") ? "tools" : null);
            json.WriteEndObject();
            if (rows.Shape != RowShape.Alpaca) Tags();
            json.WriteEndObject();

            // what is missing from "tags" has no default beside them, so all are named
            void Tags()
            {
                bool openAi = rows.RoleField == "role";
                json.WriteStartObject("tags");
                json.WriteString("role_tag", rows.RoleField);
                json.WriteString("content_tag", rows.ContentField);
                json.WriteString("user_tag", rows.Speaker(TurnRole.User, false) ?? (openAi ? "user" : "human"));
                json.WriteString("assistant_tag", rows.Speaker(TurnRole.Assistant, false) ?? (openAi ? "assistant" : "gpt"));
                json.WriteString("observation_tag", rows.Speaker(TurnRole.User, true) ?? (openAi ? "tool" : "observation"));
                json.WriteString("function_tag", rows.Speaker(TurnRole.Assistant, true) ?? "function_call");
                json.WriteString("system_tag", rows.Speaker(TurnRole.System, false) ?? "system");
                json.WriteEndObject();
            }
            void Column(string key, string? name)
            {
                if (name is not null) json.WriteString(key, name);
            }
        }
        return Encoding.UTF8.GetString(stream.ToArray()).Replace("\n", "\n  ", StringComparison.Ordinal);
    }
}
