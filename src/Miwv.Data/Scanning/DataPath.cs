using System.Text.RegularExpressions;

namespace Miwv.Data;

/// <summary>Names of data that is not on this machine, or not under that name.</summary>
public static partial class DataPath
{
    /// <summary>Refuses what names no file of this machine: <c>-</c>, an address, a data set of a hub. A path that is merely missing is not looked at.</summary>
    /// <exception cref="UserException">With the way to get a file.</exception>
    public static void RefuseElsewhere(string path)
    {
        if (File.Exists(path) || Directory.Exists(path))
            return;
        if (path == "-")
            throw new UserException("-: no such file; for standard input say /dev/stdin");
        if (Address().IsMatch(path))
            throw new UserException($"{path}: is an address, not a file; download it first and name the file");
        if (HubName().IsMatch(path) && Path.GetExtension(path).ToLowerInvariant() is not (".json" or ".jsonl" or ".ndjson" or ".gz" or ".txt" or ".yaml" or ".yml" or ".csv" or ".tsv" or ".parquet")
            && !Directory.Exists(Path.GetDirectoryName(path)))
            throw new UserException($"{path}: no such file; if it is a data set of the Hugging Face hub, download it first (hf download {path} --repo-type dataset --local-dir {Path.GetFileName(path)}) and name its JSON file");
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]+://")]
    private static partial Regex Address();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    private static partial Regex HubName();
}
