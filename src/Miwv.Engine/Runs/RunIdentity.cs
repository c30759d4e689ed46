using System.Security.Cryptography;
using System.Text;

namespace Miwv.Engine.Runs;

/// <summary>The settings and content hashes that decide a run's numbers, as named values in a fixed order. Two runs with equal identity give equal files.</summary>
public sealed class RunIdentity(IReadOnlyList<KeyValuePair<string, string>> values)
{
    // names of the values that the vectors of the rows depend on
    private static readonly string[] DecidesEmbeddings = ["data", "limit", "columns", "embeddings"];

    public IReadOnlyList<KeyValuePair<string, string>> Values => values;

    /// <summary>SHA-256 over names and values, 32 bytes.</summary>
    public byte[] Key()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in values) text.Append(name).Append('\0').Append(value).Append('\0');
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>"name: was A, is B" for every value that differs from <paramref name="former"/>.</summary>
    public IReadOnlyList<string> DifferencesFrom(IReadOnlyDictionary<string, string> former)
    {
        var found = new List<string>();
        foreach (var (name, value) in values)
            if (!former.TryGetValue(name, out string? was)) found.Add($"{name}: was not set, is {Short(value)}");
            else if (was != value) found.Add($"{name}: was {Short(was)}, is {Short(value)}");
        foreach (string name in former.Keys)
            if (!values.Any(v => v.Key == name)) found.Add($"{name}: was {Short(former[name])}, is not set");
        return found;
    }

    /// <summary>True if every difference from <paramref name="former"/> concerns only what comes after the embeddings.</summary>
    internal bool HasSameEmbeddings(IReadOnlyDictionary<string, string> former) => DecidesEmbeddings.All(name => values.FirstOrDefault(v => v.Key == name).Value == former.GetValueOrDefault(name));

    private static string Short(string value)
    {
        string line = value.ReplaceLineEndings("\\n");
        return line.Length <= 48 ? line : line[..45] + "...";
    }
}
