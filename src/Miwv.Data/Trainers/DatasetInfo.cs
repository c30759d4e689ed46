using System.Text.Json;

namespace Miwv.Data;

/// <summary>LLaMA-Factory's <c>dataset_info.json</c> (its data/README.md): an object with one entry per data set.</summary>
public static class DatasetInfo
{
    /// <summary>The name that the trainer demands.</summary>
    public const string FileName = "dataset_info.json";

    // of thousands of entries
    private const int MostBytes = 64 << 20;

    private static readonly string[] Hubs = ["hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name"];
    private static readonly string[] Keys = ["file_name", "formatting", "ranking", "subset", "split", "folder", "num_samples", "columns", "tags", "revision"];
    private static readonly string[] TextColumns = ["prompt", "query", "response", "history"];
    private static readonly string[] Preferences = ["chosen", "rejected", "kto_tag"];
    private static readonly string[] Media = ["images", "videos", "audios"];
    private static readonly string[] Readable = [".json", ".jsonl"];

    /// <summary>True for dataset_info.json and for a folder that holds one.</summary>
    public static bool IsAt(string path) => Path.GetFileName(path) == FileName || Directory.Exists(path) && File.Exists(Path.Combine(path, FileName));

    /// <summary>Reads one entry.</summary>
    /// <param name="path">The file, or the folder with a dataset_info.json.</param>
    /// <param name="name">The entry's name; null is refused, with the names there are.</param>
    /// <exception cref="UserException">No such file or entry, or the entry describes rows that cannot be scored here (a hub's, preferences, pictures).</exception>
    public static DatasetEntry Read(string path, string? name)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        using JsonDocument document = Parse(file);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw new UserException($"{file}: is not a JSON object of data set entries");
        string[] names = [.. root.EnumerateObject().Select(p => p.Name).Distinct()];
        if (name is null)
            throw new UserException($"{file}: name one of its entries with --dataset ({Listed(names)})");
        if (!root.TryGetProperty(name, out JsonElement entry))
            throw new UserException($"{file}: has no entry \"{name}\"{Spelling.Hint(name, names)}; its entries: {Listed(names)}");
        return new Reader($"{file}: entry \"{name}\"", Path.GetDirectoryName(file) ?? "", entry).Read();
    }

    /// <summary>Adds an entry to a dataset_info.json, or replaces the one of that name; every other byte stays, and a missing file is made.</summary>
    /// <param name="entry">The entry as JSON text.</param>
    /// <exception cref="UserException">The file is not a JSON object, or cannot be written.</exception>
    public static void Put(string path, string name, string entry)
    {
        byte[] old = File.Exists(path) ? ReadBytes(path) : "{}\n"u8.ToArray();
        (int start, int end, string text) = EntryEdit.Of(path, old, name, entry);
        WholeFile.Write(path, "the data set's entry", stream =>
        {
            stream.Write(old.AsSpan(0, start));
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Write(old.AsSpan(end));
        });
    }

    private static JsonDocument Parse(string file)
    {
        try
        {
            return SmallJson.Parse(ReadBytes(file));
        }
        catch (JsonException e)
        {
            throw new UserException($"{file}:{e.LineNumber + 1}: is not JSON", e);
        }
    }

    private static byte[] ReadBytes(string file)
    {
        try
        {
            return SmallFile.Read(file, MostBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{file}: cannot be read: {IoReason.Of(e, file)}", e);
        }
    }

    private static string Listed(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names.Take(12).Select(Quoted.Short)) + (names.Length > 12 ? $" and {names.Length - 12} more" : "");

    private sealed class Reader(string where, string folder, JsonElement entry)
    {
        private readonly List<string> notes = [];
        private readonly List<(string, string)> columns = [];

        public DatasetEntry Read()
        {
            if (entry.ValueKind != JsonValueKind.Object) throw Wrong("is not an object");
            if (Hubs.FirstOrDefault(hub => entry.TryGetProperty(hub, out _)) is { } url)
                throw Wrong($"has its rows on a hub ({url}: {Short(entry.GetProperty(url))}); get the file and name it in file_name");
            string file = Text(entry, "file_name") ?? throw Wrong("has no file_name");
            if (!Readable.Contains(Path.GetExtension(file).ToLowerInvariant())) throw Wrong($"names {file}; only .json and .jsonl files can be read");
            if (Flag("ranking")) throw Wrong("is a preference set (ranking): there is no single answer to score");
            if (Text(entry, "split") is { } split && split != "train") throw Wrong($"asks for the split \"{split}\"; a file has only \"train\"");
            if (entry.TryGetProperty("num_samples", out JsonElement samples) && samples.ValueKind != JsonValueKind.Null)
                notes.Add($"{where}: num_samples {Short(samples)} is not applied, all rows are scored (--limit takes the first ones)");
            Ignored(entry, Keys, "");
            string formatting = Text(entry, "formatting") ?? "alpaca";
            if (formatting is not ("alpaca" or "sharegpt")) throw Wrong($"has the formatting \"{formatting}\"; alpaca and sharegpt can be read{Spelling.Hint(formatting, ["alpaca", "sharegpt"])}");
            JsonElement named = Object("columns"), tags = Object("tags");
            foreach (string column in Preferences)
                if (Text(named, column) is not null) throw Wrong($"has the column {column}: preference rows have no single answer to score");
            foreach (string column in Media)
                if (Text(named, column) is not null) throw Wrong($"has the column {column}: only text can be scored");
            if (Text(named, "tools") is not null)
                notes.Add($"{where}: the column tools is not part of the scored prompt");
            Ignored(named, [.. TextColumns, .. Preferences, .. Media, "messages", "system", "tools"], "columns.");
            Ignored(tags, TurnNames.Words, "tags.");
            if (formatting == "alpaca") Alpaca(named);
            else Conversation(named, tags);
            return new DatasetEntry(Path.Combine(folder, file), ColumnMap.Of(where, columns), notes);
        }

        // with "columns" the trainer reads those that are named and no others; without, instruction, input and output
        private void Alpaca(JsonElement named)
        {
            bool any = named.ValueKind == JsonValueKind.Object;
            if (any && Text(named, "response") is null) throw Wrong("names no response column: rows without an answer cannot be scored");
            if (any && Text(named, "prompt") is null) throw Wrong("names no prompt column");
            foreach ((string column, string word) in new[] { ("prompt", "instruction"), ("query", "input"), ("response", "output"), ("system", "system"), ("history", "history") })
            {
                if (Text(named, column) is { } name) Name(word, name);
                else if (any || word is "system" or "history") columns.Add((word, ColumnMap.None));
            }
        }

        private void Conversation(JsonElement named, JsonElement tags)
        {
            string messages = Text(named, "messages") ?? (named.ValueKind != JsonValueKind.Object ? "conversations" : throw Wrong("names no messages column"));
            // the shape decides the usual spelling of what has no tag: role and content, or from and value
            Name(Text(tags, "role_tag") == "role" ? "messages" : "conversations", messages);
            if (Text(named, "system") is { } system) Name("system", system);
            else columns.Add(("system", ColumnMap.None));
            foreach (string tag in TurnNames.Words)
                if (Text(tags, tag) is { } name) Name(tag, name);
        }

        private void Name(string word, string name)
        {
            if (name.Length == 0 || name.Contains(',', StringComparison.Ordinal) || name.Trim() != name || name == ColumnMap.None)
                throw Wrong($"has the name \"{name}\" for {word}, which cannot be given to --columns");
            columns.Add((word, name));
        }

        private void Ignored(JsonElement of, string[] known, string prefix)
        {
            if (of.ValueKind != JsonValueKind.Object) return;
            foreach (JsonProperty property in of.EnumerateObject())
                if (!known.Contains(property.Name)) notes.Add($"{where}: {prefix}{Quoted.Short(property.Name)} is not known and not read{Spelling.Hint(property.Name, known)}");
        }

        private JsonElement Object(string key)
        {
            if (!entry.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return default;
            return value.ValueKind == JsonValueKind.Object ? value : throw Wrong($"has {key} that is not an object");
        }

        private string? Text(JsonElement of, string key)
        {
            if (of.ValueKind != JsonValueKind.Object || !of.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return null;
            return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong($"has {key} that is not text");
        }

        private bool Flag(string key) => entry.TryGetProperty(key, out JsonElement value) && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw Wrong($"has {key} that is neither true nor false"),
        };

        private UserException Wrong(string what) => new($"{where} {what}");

        private static string Short(JsonElement value) => Quoted.Short(value.ToString());
    }
}
