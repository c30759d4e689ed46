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

    /// <summary>Every value that differs from <paramref name="former"/>.</summary>
    public IReadOnlyList<SettingDifference> DifferencesFrom(IReadOnlyDictionary<string, string> former)
    {
        var found = new List<SettingDifference>();
        foreach (var (name, value) in values)
            if (former.GetValueOrDefault(name) is var was && was != value) found.Add(new(name, was, value));
        foreach (var (name, was) in former)
            if (!values.Any(v => v.Key == name)) found.Add(new(name, was, null));
        // a run of MIWV alone says nothing of its metrics, nor of a seed
        if (found.Exists(d => d.Name == "metrics" && (d.Was is null || d.Is is null))) found.RemoveAll(d => d.Name == "seed");
        return found;
    }

    /// <summary>Whether a run with these differences could take over the passes of the other: it only asks for other metrics.</summary>
    internal static bool OnlyMetrics(IReadOnlyList<SettingDifference> differences) => differences.All(d => d.Name is "metrics" or "seed");

    /// <summary>True if every difference from <paramref name="former"/> concerns only what comes after the embeddings.</summary>
    internal bool HasSameEmbeddings(IReadOnlyDictionary<string, string> former) => DecidesEmbeddings.All(name => values.FirstOrDefault(v => v.Key == name).Value == former.GetValueOrDefault(name));
}
