namespace Miwv.Data;

/// <summary>The <c>datasets:</c> of an axolotl configuration (its docs/dataset-formats): types chat_template, alpaca, sharegpt, and fields of one's own.</summary>
public static class AxolotlConfig
{
    private const int MostBytes = 1 << 20;

    private static readonly string[] Formats = ["json", "jsonl"];

    /// <summary>True for a YAML file.</summary>
    public static bool IsAt(string path) => Path.GetExtension(path).ToLowerInvariant() is ".yaml" or ".yml";

    /// <summary>Reads one data set.</summary>
    /// <param name="name">Its path, or the path's file name with or without the ending; null = the only one.</param>
    /// <exception cref="UserException">No such file or data set, or one that cannot be scored here.</exception>
    public static DatasetEntry Read(string path, string? name)
    {
        string text;
        try
        {
            text = new StreamReader(new MemoryStream(SmallFile.Read(path, MostBytes))).ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {IoReason.Of(e, path)}", e);
        }
        if (YamlSection.Read(path, text, "datasets") is not List<object?> list || list.Count == 0)
            throw new UserException($"{path}: has no list of datasets:; name a data file, or an axolotl configuration");
        var sets = list.OfType<Dictionary<string, object?>>().Where(set => set.GetValueOrDefault("path") is string).ToList();
        string[] paths = [.. sets.Select(set => (string)set["path"]!)];
        int[] found = [.. Enumerable.Range(0, sets.Count).Where(i => name is null || paths[i] == name || Path.GetFileName(paths[i]) == name || Path.GetFileNameWithoutExtension(paths[i]) == name)];
        if (found.Length != 1)
            throw new UserException($"{path}: {(name is null ? "name one of its datasets with --dataset" : $"{found.Length} of its datasets are \"{name}\"")} ({string.Join(", ", paths.Select(Quoted.Short))})");
        return new Reader($"{path}: data set {paths[found[0]]}", Path.GetDirectoryName(path) ?? "", sets[found[0]]).Read();
    }

    private sealed class Reader(string where, string folder, Dictionary<string, object?> set)
    {
        private readonly List<string> notes = [];
        private readonly List<(string, string)> columns = [];

        public DatasetEntry Read()
        {
            string file = Text(set, "path")!;
            // axolotl looks from the folder it is started in
            if (!File.Exists(file) && File.Exists(Path.Combine(folder, file))) file = Path.Combine(folder, file);
            if (!File.Exists(file)) throw Wrong("is no file here: a hub's data has to be got first");
            if (Text(set, "ds_type") is { } format && !Formats.Contains(format)) throw Wrong($"has the ds_type {format}; only json can be read");
            object? type = set.GetValueOrDefault("type");
            if (type is Dictionary<string, object?> fields) Fields(fields);
            else if (type is "chat_template" or null) ChatTemplate();
            else if (type is "sharegpt") Turns("conversations", Text(set, "field_messages") ?? "conversations", "from", "value");
            else if (type is "alpaca") None("system", "history");
            else throw Wrong($"has the type {type}; chat_template, alpaca, sharegpt and fields of your own can be read, or name the columns with --columns");
            if (set.ContainsKey("shards") || set.ContainsKey("split") && Text(set, "split") != "train") notes.Add($"{where}: shards and split are not applied, all rows are scored");
            return new DatasetEntry(file, ColumnMap.Of(where, columns), notes);
        }

        private void ChatTemplate()
        {
            var mapping = set.GetValueOrDefault("message_property_mappings") as Dictionary<string, object?> ?? [];
            string role = Text(mapping, "role") ?? Text(set, "message_field_role") ?? "role", content = Text(mapping, "content") ?? Text(set, "message_field_content") ?? "content";
            Turns(role == "from" ? "conversations" : "messages", Text(set, "field_messages") ?? "messages", role, content);
            if (Text(set, "field_system") is { } system) columns.Add(("system", system));
            foreach (var (name, spellings) in set.GetValueOrDefault("roles") as Dictionary<string, object?> ?? [])
            {
                string joined = string.Join('|', spellings as IEnumerable<object?> ?? [spellings]);
                if (name is "user" or "assistant" or "system" or "tool") columns.Add(($"roles.{name}", joined));
                else notes.Add($"{where}: the role {Quoted.Short(name)} is not known and not read");
            }
        }

        private void Turns(string shape, string messages, string role, string content)
        {
            columns.Add((shape, messages));
            columns.Add(("role_tag", role));
            columns.Add(("content_tag", content));
        }

        private void Fields(Dictionary<string, object?> fields)
        {
            None("history");
            foreach (string field in new[] { "field_instruction", "field_input", "field_output", "field_system" })
                if (Text(fields, field) is { } name) columns.Add((field, name));
                else if (field == "field_system") None("system");
            notes.Add($"{where}: its format is not the scored template; --template names that");
        }

        private void None(params string[] words) => columns.AddRange(words.Select(word => (word, ColumnMap.None)));

        private string? Text(Dictionary<string, object?> of, string key) => of.GetValueOrDefault(key) switch
        {
            null => null,
            string { Length: > 0 } text when !text.Contains(',', StringComparison.Ordinal) => text,
            _ => throw Wrong($"has {key} that is not a name"),
        };

        private UserException Wrong(string what) => new($"{where} {what}");
    }
}
