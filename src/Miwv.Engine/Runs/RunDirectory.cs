using System.Text.Json;
using Miwv.Data;

namespace Miwv.Engine.Runs;

/// <summary>The folder of one run, locked while a process works on it.</summary>
public sealed class RunDirectory : IDisposable
{
    private readonly FileStream? lockFile;

    private RunDirectory(string path, FileStream? lockFile)
    {
        Path = path;
        this.lockFile = lockFile;
    }

    public string Path { get; }
    public string RunFile => In("run.json");
    public string EmbeddingsFile => In("embeddings.miwv");
    public string NeighborsFile => In("neighbors.bin");
    public string NeighborSearchFile => In("neighbors.json");
    public string IndexFile => In("index.hnsw");
    public string JournalFile => In("passes.journal");

    /// <summary>The journal of a round behind the first.</summary>
    /// <param name="round">From 1 on.</param>
    public string RoundJournalFile(int round) => In(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"passes-{round + 1}.journal"));
    public string ScoresFile => In("scores.jsonl");
    public string SummaryFile => In("summary.json");
    public string WavesFile => In("waves.json");
    public string TimesFile => In("times.json");
    public string TokensFile => In("tokens.tmp");

    /// <summary>Makes or enters a run directory.</summary>
    /// <param name="resume">True: there must be a run to go on with.</param>
    /// <exception cref="UserException">Another process works on it, it cannot be written, it is no run directory, or there is nothing to resume.</exception>
    public static RunDirectory Enter(string path, bool resume)
    {
        try
        {
            if (resume && !File.Exists(System.IO.Path.Combine(path, "run.json")))
                throw new UserException($"{path}: nothing to resume, there is no run.json; run without --resume first");
            if (!Directory.Exists(path)) Directory.CreateDirectory(path);
            else if (!File.Exists(System.IO.Path.Combine(path, "run.json")) && Directory.EnumerateFileSystemEntries(path).Any(e => System.IO.Path.GetFileName(e) is not ("run.lock" or "run.json.new")))
                throw new UserException($"{path}: this directory holds other files and no run; name a new directory with --run");
            return new RunDirectory(path, Lock(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be used as run directory: {e.Message}", e);
        }
    }

    /// <summary>miwv-runs/NAME-HASH: other settings make another directory, the same settings find their run again.</summary>
    public static string DefaultName(string dataPath, RunIdentity identity)
    {
        string name = System.IO.Path.GetFileName(dataPath);
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return System.IO.Path.Combine("miwv-runs", $"{(dot > 0 ? name[..dot] : name)}-{Convert.ToHexStringLower(identity.Key().AsSpan(0, 4))}");
    }

    /// <summary>Opens a run directory for reading only.</summary>
    public static RunDirectory Read(string path) => File.Exists(System.IO.Path.Combine(path, "run.json"))
        ? new RunDirectory(path, null)
        : throw new UserException($"{path}: no run here (there is no run.json)");

    /// <summary>Writes run.json, or compares it with the one that is there.</summary>
    /// <returns>True if a run with this identity was there.</returns>
    /// <exception cref="UserException">A run with another identity is there; the differences are named.</exception>
    public bool Claim(RunIdentity identity, Action<Utf8JsonWriter> writeSettings)
    {
        if (File.Exists(RunFile))
        {
            var differences = identity.DifferencesFrom(ReadIdentity());
            return differences.Count == 0 ? true
                : throw new UserException($"{Path}: this directory holds a run with other input or settings ({string.Join("; ", differences)}); repeat it with the same, or name another --run directory");
        }
        AtomicFile.Write(RunFile, stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            json.WriteStartObject();
            json.WriteString("program", "miwv " + typeof(RunDirectory).Assembly.GetName().Version!.ToString(3));
            writeSettings(json);
            json.WriteStartObject("identity");
            foreach (var (name, value) in identity.Values) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        return false;
    }

    public void Dispose() => lockFile?.Dispose();

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private Dictionary<string, string> ReadIdentity()
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(RunFile));
            return document.RootElement.GetProperty("identity").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new UserException($"{RunFile}: damaged or not written by this program; name another --run directory", e);
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (Directory.Exists(path) && File.Exists(System.IO.Path.Combine(path, "run.lock")))
        {
            throw new UserException($"{path}: another miwv process works in this directory; wait for it, or name another --run directory", e);
        }
    }
}
