using System.Text.Json;
using Miwv.Data;

namespace Miwv.Engine.Runs;

/// <summary>The folder of one run, locked while a process works on it.</summary>
public sealed class RunDirectory : IDisposable
{
    // run.json holds a template of at most 1 MiB, escaped
    internal const int MostJsonBytes = 16 << 20;

    private static readonly string[] OwnNames =
    [
        "run.json", "run.lock", "embeddings.miwv", "embeddings.json", "neighbors.bin", "neighbors.json", "index.hnsw", "passes.journal", "scores.jsonl", "summary.json",
        "waves.json", "live.json", "rows.map", "tokens.tmp", "embed.tmp",
    ];

    private readonly FileStream? lockFile;

    private RunDirectory(string path, FileStream? lockFile)
    {
        Path = path;
        this.lockFile = lockFile;
    }

    public string Path { get; }
    public string RunFile => In("run.json");
    public string EmbeddingsFile => In("embeddings.miwv");
    public string EmbeddingComputeFile => In("embeddings.json");
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
    public string TokensFile => In("tokens.tmp");
    public string EmbeddedTokensFile => In("embed.tmp");

    /// <summary>Only while a process works here: how far it is.</summary>
    public string LiveFile => In("live.json");

    /// <summary>Only while rows are being scored: which row each pass of the journal belongs to.</summary>
    public string RowMapFile => In("rows.map");

    /// <summary>True for the names that files of a run have: nothing else may be written under them.</summary>
    public static bool Owns(string name)
    {
        string ending = System.IO.Path.GetExtension(name);
        string file = ending is ".new" or ".tmp" && name[..^4].Contains('.', StringComparison.Ordinal) ? name[..^4] : name;
        return OwnNames.Contains(file, StringComparer.OrdinalIgnoreCase) || (file.StartsWith("passes-", StringComparison.OrdinalIgnoreCase) && file.EndsWith(".journal", StringComparison.OrdinalIgnoreCase));
    }

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
            var run = new RunDirectory(path, Lock(path));
            run.RemoveHalfMade();
            return run;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be used as run directory: {IoReason.Of(e, "")}", e);
        }
    }

    /// <summary>miwv-runs/NAME-HASH: other settings make another directory, the same settings find their run again.</summary>
    public static string DefaultName(string dataPath, RunIdentity identity)
    {
        // a name that can be printed, whatever the file's
        string name = string.Concat(System.IO.Path.GetFileName(dataPath).Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format ? '_' : c));
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return System.IO.Path.Combine("miwv-runs", $"{(dot > 0 ? name[..dot] : name)}-{Convert.ToHexStringLower(identity.Key().AsSpan(0, 4))}");
    }

    /// <summary>Opens a run directory for reading only.</summary>
    /// <exception cref="UserException">There is no run, or a later version's.</exception>
    public static RunDirectory Read(string path)
    {
        var directory = new RunDirectory(path, null);
        if (!File.Exists(directory.RunFile)) throw new UserException($"{path}: no run here (there is no run.json)");
        RunOrigin.RefuseLaterFormat(directory.RunFile);
        return directory;
    }

    /// <summary>Writes run.json, or compares it with the one that is there. As long as nothing was scored, all may change but what the embeddings depend on.</summary>
    /// <param name="renew">Settings that decide no number may be others now: run.json tells the latest.</param>
    /// <exception cref="UserException">A run with another identity is there, and results of it; the differences are named.</exception>
    public RunClaim Claim(RunIdentity identity, Action<Utf8JsonWriter> writeSettings, bool renew = false)
    {
        bool found = File.Exists(RunFile);
        IReadOnlyList<SettingDifference> changes = [];
        if (found)
        {
            var former = Runs.RunFile.ReadIdentity(RunFile);
            changes = identity.DifferencesFrom(former);
            if (changes.Count == 0 && !renew) return new RunClaim(true, changes);
            if (changes.Count > 0)
            {
                if (File.Exists(JournalFile) || File.Exists(ScoresFile) || !identity.HasSameEmbeddings(former))
                    throw new UserException($"{Path}: this directory holds a run with other input or settings ({string.Join("; ", changes)}); repeat it with the same, or name another --run directory{Advice(identity, former, changes)}");
                File.Delete(WavesFile);
            }
        }
        AtomicFile.Write(RunFile, stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            json.WriteStartObject();
            RunOrigin.Write(json);
            writeSettings(json);
            json.WriteStartObject("identity");
            foreach (var (name, value) in identity.Values) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        return new RunClaim(found, changes);
    }

    public void Dispose() => lockFile?.Dispose();

    // passes of cascades and judges are not taken over
    private string Advice(RunIdentity identity, Dictionary<string, string> former, IReadOnlyList<SettingDifference> changes) =>
        !RunIdentity.OnlyMetrics(changes) || former.Keys.Any(name => name == "cascade" || name.StartsWith("judge ", StringComparison.Ordinal)) ? ""
            : $"; what it has computed is not computed again by: miwv select (or score) --from {Path} --metric {identity.Values.FirstOrDefault(v => v.Key == "metrics").Value ?? "miwv"} --run OTHER";

    // What a killed process was writing beside the files of the run; nobody else can be at it, for the folder is locked.
    private void RemoveHalfMade()
    {
        try
        {
            string[] made = [RunFile, EmbeddingsFile, EmbeddingComputeFile, NeighborsFile, NeighborSearchFile, IndexFile, JournalFile, ScoresFile, SummaryFile, WavesFile];
            foreach (string file in Directory.GetFiles(Path))
                if (file == TokensFile || file == EmbeddedTokensFile || (System.IO.Path.GetExtension(file) is ".new" or ".tmp" && made.Contains(file[..^4]))) File.Delete(file);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

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
