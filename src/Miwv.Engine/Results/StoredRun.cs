using Miwv.Data;
using Miwv.Engine.Runs;
using Miwv.Metrics;
using Miwv.Metrics.Selection;

namespace Miwv.Engine.Results;

/// <summary>A finished run, read from its directory; nothing is written.</summary>
public sealed class StoredRun : IDisposable
{
    private readonly Dictionary<RowId, int> places, shownPlaces = [];

    private StoredRun(RunDirectory directory, RunSettings settings, RowFile rows, IReadOnlyList<StoredScore> scores)
    {
        (Directory, Settings, Rows, Scores) = (directory, settings, rows, scores);
        places = new Dictionary<RowId, int>(scores.Count);
        foreach (var score in scores) places[score.Id] = score.Row;
        for (int row = rows.Count; row < rows.CountWithDemonstrations; row++) shownPlaces[rows.Id(row)] = row;
    }

    public RunDirectory Directory { get; }
    public RunSettings Settings { get; }
    public RowFile Rows { get; }
    public IReadOnlyList<StoredScore> Scores { get; }

    /// <exception cref="UserException">No run there, not finished, damaged, or its data file is gone or was changed.</exception>
    public static StoredRun Open(string path, CancellationToken cancel)
    {
        var directory = RunDirectory.Read(path);
        var scores = StoredScore.ReadAll(directory.ScoresFile);
        var settings = RunFile.ReadSettings(directory.RunFile);
        var identity = RunFile.ReadIdentity(directory.RunFile);
        var rows = RowFile.Open(settings.DataPath, new RowFileOptions { Columns = settings.Columns, Ids = settings.Ids, Limit = settings.Limit }, null, cancel);
        rows.Demonstrations = RunInputs.OpenDemonstrations(settings, cancel);
        if (rows.Demonstrations is { } shown && identity.GetValueOrDefault("demonstrations") is { } was && was != shown.Sha256)
        {
            rows.Dispose();
            throw new UserException($"{settings.DemonstrationsPath}: was changed since the run {path}; put the old file back, or run again");
        }
        if (rows.Count == scores.Count && identity.GetValueOrDefault("data") is var hash && (hash is null || hash == rows.Sha256))
            return new StoredRun(directory, settings, rows, scores);
        rows.Dispose();
        throw new UserException($"{settings.DataPath}: was changed since the run {path} (it has {rows.Count} rows, the run {scores.Count}); put the old file back, or run again");
    }

    /// <summary>Settings and content hashes that decided the numbers, as run.json has them.</summary>
    public IReadOnlyDictionary<string, string> Identity => RunFile.ReadIdentity(Directory.RunFile);

    /// <summary>The row with an id; a number is an integer id or, where no row has it, a string.</summary>
    /// <exception cref="UserException">No row has it.</exception>
    public int Find(string id) => Place(RowId.FromString(id)) is >= 0 and var text ? text
        : Scores.FirstOrDefault(s => !s.Id.IsString && s.Id.Text == id)?.Row
        ?? throw new UserException($"{Directory.Path}: no row has the id {id}; the ids are in {Directory.ScoresFile}");

    /// <summary>The row of a row's neighbour, or −1; one of another file stands behind those of the data.</summary>
    public int NeighborOf(int row) => Scores[row].Neighbor is { } id ? (Rows.Demonstrations is null ? places : shownPlaces).GetValueOrDefault(id, -1) : -1;

    /// <summary>Names of the numbers that rows can be ranked by: miwv, zero_nll, one_nll, then the run's further metrics.</summary>
    public IReadOnlyList<string> MetricNames => ["miwv", "zero_nll", "one_nll", .. Scores.Count > 0 ? Scores[0].Further.Select(f => f.Key) : []];

    /// <summary>The one of <see cref="MetricNames"/> that the run ranks by.</summary>
    public string MainField => MetricRegistry.Parse(Settings.Metrics)[0].Field is var first && MetricNames.Contains(first) ? first : MetricNames[0];

    /// <summary>A metric of all rows; NaN = no value.</summary>
    public double[] Values(string metric) => [.. Scores.Select(score => score.Value(metric))];

    /// <summary>1-based rank from the end that a selection takes, and how many rows are ranked; 0 if the row has no value.</summary>
    public (int Rank, int Of) RankOf(int row, string metric)
    {
        int[] order = BestFirst(metric);
        return (Array.IndexOf(order, row) + 1, order.Length);
    }

    /// <summary>The rows that have a value, from the end that a selection takes; equal values in row order.</summary>
    public int[] BestFirst(string metric) => StoredColumns.BestFirst(metric, Values(metric));

    public void Dispose()
    {
        Rows.Dispose();
        Directory.Dispose();
    }

    private int Place(RowId id) => places.GetValueOrDefault(id, -1);
}
