namespace Miwv.Data;

/// <summary>
/// One top-level section of a YAML file, as far as configurations of trainers need it: maps, lists, plain and quoted scalars, lists in brackets.
/// The rest of the file is not looked at, so that it may use all of YAML.
/// </summary>
internal sealed class YamlSection
{
    private readonly string path;
    private readonly List<(int Line, int Indent, string Text)> lines = [];
    private int at;

    private YamlSection(string path) => this.path = path;

    /// <summary>The section as <see cref="Dictionary{TKey,TValue}"/> of text, <see cref="List{T}"/> and text; null if the file has none of that name.</summary>
    /// <exception cref="UserException">The section uses more of YAML.</exception>
    public static object? Read(string path, string text, string name)
    {
        var section = new YamlSection(path);
        bool inside = false;
        int number = 0;
        foreach (string raw in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            string line = raw.TrimEnd();
            string content = line.TrimStart(' ');
            if (content.Length == 0 || content[0] == '#') continue;
            int indent = line.Length - content.Length;
            if (indent == 0 && content[0] != '-')
            {
                if (inside) break;
                inside = content.Split(" #")[0].TrimEnd() == name + ":";
                continue;
            }
            if (inside) section.lines.Add((number, indent, content));
        }
        return section.lines.Count == 0 ? null : section.Block();
    }

    private object Block()
    {
        int indent = lines[at].Indent;
        object block = lines[at].Text is ['-', ' ', ..] or "-" ? List(indent) : Map(indent);
        if (at < lines.Count && lines[at].Indent > indent) throw Wrong(at);
        return block;
    }

    private List<object?> List(int indent)
    {
        var list = new List<object?>();
        while (at < lines.Count && lines[at].Indent == indent && lines[at].Text is ['-', ' ', ..] or "-")
        {
            var (line, _, text) = lines[at];
            string item = text[1..].TrimStart(' ');
            if (item.Length == 0)
            {
                at++;
                list.Add(at < lines.Count && lines[at].Indent > indent ? Block() : null);
            }
            else if (Colon(item) > 0)
            {
                // the item is a map whose first line stands behind the dash
                lines[at] = (line, indent + text.Length - item.Length, item);
                list.Add(Map(lines[at].Indent));
            }
            else
            {
                list.Add(Value(item, at));
                at++;
            }
        }
        return list;
    }

    private Dictionary<string, object?> Map(int indent)
    {
        var map = new Dictionary<string, object?>();
        while (at < lines.Count && lines[at].Indent == indent && lines[at].Text is not (['-', ' ', ..] or "-"))
        {
            string text = lines[at].Text;
            int colon = Colon(text);
            if (colon <= 0) throw Wrong(at);
            string key = text[..colon].Trim().Trim('"', '\''), value = text[(colon + 1)..].Trim();
            if (value.Split(" #")[0].Length == 0 || value[0] == '#') value = "";
            int line = at++;
            // a list may stand as far left as its key
            object? under = value.Length == 0 && at < lines.Count && (lines[at].Indent > indent || lines[at].Indent == indent && lines[at].Text is ['-', ' ', ..]) ? Block() : null;
            if (!map.TryAdd(key, value.Length == 0 ? under : Value(value, line))) throw Wrong(line);
        }
        return map;
    }

    private object? Value(string text, int line)
    {
        if (text[0] is '"' or '\'')
        {
            int end = text.IndexOf(text[0], 1);
            if (end < 0 || text[(end + 1)..].Trim() is { Length: > 0 } rest && rest[0] != '#' || text[0] == '"' && text.AsSpan(0, end).Contains('\\')) throw Wrong(line);
            return text[1..end];
        }
        if (text[0] == '[')
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || text[1..end].AsSpan().ContainsAny("[{")) throw Wrong(line);
            return text[1..end].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(item => Value(item, line)).ToList();
        }
        if (text[0] is '{' or '&' or '*' or '|' or '>' or '!' or '\t') throw Wrong(line);
        int comment = text.IndexOf(" #", StringComparison.Ordinal);
        string plain = comment < 0 ? text : text[..comment].TrimEnd();
        return plain is "null" or "~" ? null : plain;
    }

    private static int Colon(string text) => text.EndsWith(':') ? text.Length - 1 : text.IndexOf(": ", StringComparison.Ordinal);

    private UserException Wrong(int index) => new($"{path}:{lines[index].Line}: cannot be read here: only maps, lists and one-line texts can; name the columns with --columns instead");
}
