using System.Text;

namespace Miwv.Data;

/// <summary>Recognises texts that are no rows but are often taken for them.</summary>
internal static class TextKind
{
    // A line of them is taken for the head of a table if one of these is in it.
    private static readonly string[] Columns =
        ["id", "instruction", "input", "output", "prompt", "response", "completion", "question", "answer", "context", "text", "messages", "conversations", "system", "inputs", "targets", "chosen", "rejected"];

    /// <summary>What the file is and what to do; null for anything else.</summary>
    /// <param name="head">Its first bytes behind white space.</param>
    public static string? Of(string path, ReadOnlySpan<byte> head)
    {
        string text = Encoding.UTF8.GetString(head);
        if (text.StartsWith("version https://git-lfs.github.com/spec/", StringComparison.Ordinal))
            return "is a Git LFS pointer, not the data itself; run git lfs pull in its repository, or download the file again";
        if (text[0] == '<' && Begins(text, "<!doctype html", "<html", "<head", "<body", "<!--"))
            return "is a web page (HTML), such as a login or an error page, not the data; download the file again";
        if (text[0] == '<')
            return "is XML or HTML; download the file again, or export it as JSON Lines";
        string line = text.Split('\n', '\r')[0];
        char separator = line.Contains('\t', StringComparison.Ordinal) ? '\t' : ',';
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        bool isNamedSo = Path.GetExtension(name).ToLowerInvariant() is ".csv" or ".tsv";
        string[] fields = [.. line.Split(separator).Select(field => field.Trim().Trim('"').ToLowerInvariant())];
        return isNamedSo || (fields.Length > 1 && fields.Intersect(Columns).Any())
            ? $"is a {(separator == '\t' ? "TSV" : "CSV")} file; convert it: {Conversion.Csv(path, separator)}"
            : null;
    }

    private static bool Begins(string text, params string[] starts) => starts.Any(start => text.StartsWith(start, StringComparison.OrdinalIgnoreCase));
}
