using System.CommandLine;
using System.Globalization;
using Miwv.Cli.Commands;
using Miwv.Cli.Hosting;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Metrics.Selection;
using Miwv.Metrics;

namespace Miwv.Cli.Options;

/// <summary>The options that say which rows are kept.</summary>
internal sealed class SelectionOptions
{
    private static readonly (string Name, Selector Value)[] Selectors =
    [
        ("top", Selector.Top), ("cosine-cap", Selector.CosineCap), ("k-center", Selector.KCenter), ("facility", Selector.Facility), ("graph-cut", Selector.GraphCut),
        ("sweep", Selector.Sweep), ("quota", Selector.Quota), ("random", Selector.Random), ("longest", Selector.Longest),
    ];

    private static readonly (string Name, Combination Value)[] Combinations =
        [("rank-sum", Combination.RankSum), ("product", Combination.Product), ("weights", Combination.Weights)];

    private readonly Option<string> top = new("--top") { Description = "rows to keep: a share of all rows or a number", DefaultValueFactory = _ => "5%", HelpName = "5%|500" };
    private readonly Option<string?> by = new("--by") { Description = "metrics to rank by, with weights; also miwv, zero_nll, one_nll, n_answer, cosine where the run has them (default: the first of --metric)", HelpName = "NAME[:WEIGHT],..." };
    private readonly Option<string> combine = new("--combine") { Description = "rank-sum, product or weights: how several metrics of --by become one", DefaultValueFactory = _ => "rank-sum", HelpName = "rank-sum|product|weights" };
    private readonly Option<string[]> gate = new("--gate") { Description = "a condition that rows must meet, or none (default: what the metric's paper demands, ifd<=1)", HelpName = "NAME<=X" };
    private readonly Option<string> selector = new("--selector") { Description = "how rows are taken from the ranking: " + string.Join(", ", Selectors.Select(s => s.Name)), DefaultValueFactory = _ => "top", HelpName = "NAME" };
    private readonly Option<double> cap = new("--cap") { Description = "cosine-cap: rows this near to a better one are passed over", DefaultValueFactory = _ => 0.9, HelpName = "X" };
    private readonly Option<string?> pool = new("--pool") { Description = "let the selector choose from the best of the ranking only", HelpName = "20%|2000" };
    private readonly Option<int> clusters = new("--clusters") { Description = "sweep, quota, graph-cut: clusters or bins", DefaultValueFactory = _ => 10, HelpName = "N" };
    private readonly Option<string?> tags = new("--tags") { Description = "sweep: a field of the rows with their tags, a list or a text with commas (default: clusters are the tags)", HelpName = "FIELD" };
    private readonly Option<long?> budget = new("--token-budget") { Description = "most training tokens, prompts and answers together", HelpName = "N" };
    private readonly Option<string?> nested = new("--nested") { Description = "also write the beginnings of the selection, e.g. 1%,2%", HelpName = "SIZE,..." };

    /// <summary>The settings that say which rows are kept.</summary>
    public static IEnumerable<string> Names => new SelectionOptions().Deciding.Select(option => option.Name[2..]);

    public void AddTo(Command command)
    {
        selector.CompletionSources.Add([.. Selectors.Select(s => s.Name)]);
        foreach (Option option in (Option[])[.. Deciding, nested]) command.Options.Add(option);
    }

    /// <summary>What the user said of the selection, as names and values for run.json.</summary>
    public IReadOnlyList<KeyValuePair<string, string[]>> Given(ParseResult parsed) =>
        [.. from option in Deciding
            where parsed.GetResult(option) is { Implicit: false }
            select KeyValuePair.Create(option.Name[2..], parsed.GetResult(option)!.Tokens.Select(token => token.Value).ToArray())];

    // which rows are kept; where they go is not theirs
    private Option[] Deciding => [top, by, combine, gate, selector, cap, pool, clusters, tags, budget];

    /// <exception cref="UsageException">A value that no selection can have.</exception>
    /// <param name="metrics">The metrics that the run computes.</param>
    public SelectionRequest Read(ParseResult parsed, string metrics, int seed)
    {
        string[] gates = parsed.GetValue(gate) ?? [];
        if (parsed.GetValue(by) is { } named && named.Split(',').Any(string.IsNullOrWhiteSpace)) throw new UsageException($"{by.Name} \"{named}\": a metric's name is missing");
        try
        {
            var request = new SelectionRequest(TopCount.Parse(parsed.GetValue(top)!))
            {
                By = [.. (parsed.GetValue(by) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Weighted)],
                Combination = Word(parsed.GetValue(combine)!, "--combine", Combinations),
                Gates = gates.Length == 0 ? null : [.. gates.Where(text => text != "none").Select(Gate.Parse)],
                Selector = Word(parsed.GetValue(selector)!, "--selector", Selectors),
                Cap = parsed.GetValue(cap) is > -1 and <= 1 and var cosine ? cosine : throw new UserException("--cap: a cosine is above -1 and at most 1"),
                Pool = parsed.GetValue(pool) is { } share ? TopCount.Parse(share) : null,
                Clusters = parsed.GetValue(clusters) is >= 1 and var count ? count : throw new UserException($"--clusters {parsed.GetValue(clusters)}: must be at least 1"),
                TagField = parsed.GetValue(tags),
                TokenBudget = parsed.GetValue(budget) is < 1 ? throw new UserException("--token-budget: must be at least 1") : parsed.GetValue(budget),
                Seed = seed,
            };
            if (request.TagField is not null && request.Selector != Selector.Sweep) throw new UserException("--tags: belongs to --selector sweep");
            var computed = MetricRegistry.Parse(metrics);
            string[] fields = [.. computed.Select(metric => metric.Field).Union(BaseColumns.Of(computed))];
            foreach (string field in request.By.Select(b => b.Field).Concat((request.Gates ?? []).Select(g => g.Metric)))
                if (!fields.Contains(field)) throw new UserException($"{field}: not among the metrics that are computed ({string.Join(", ", fields)}); add it with --metric");
            return request;
        }
        catch (UserException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>One line for every option that is given and changes nothing.</summary>
    public IEnumerable<string> WithoutEffect(ParseResult parsed, SelectionRequest request)
    {
        bool clustered = request.Selector is Selector.Quota or Selector.GraphCut || (request.Selector == Selector.Sweep && request.TagField is null);
        (Option Option, bool Counts, string Needs)[] all =
        [
            (cap, request.Selector == Selector.CosineCap, "--selector cosine-cap"),
            (clusters, clustered, "--selector sweep (without --tags), quota or graph-cut"),
            (combine, request.By.Count > 1, "several metrics in --by"),
        ];
        return all.Where(one => !one.Counts && parsed.GetResult(one.Option) is { Implicit: false }).Select(one => $"{one.Option.Name}: has no effect without {one.Needs}");
    }

    /// <summary>The further sizes of --nested with the files they go to: NAME-1pct.json beside NAME.json.</summary>
    public IReadOnlyList<(TopCount Size, string File)> Nested(ParseResult parsed, string? file)
    {
        if (parsed.GetValue(nested) is not { } list) return [];
        if (file is null or "-") throw new UsageException("--nested: name a file with -o; the others are written beside it");
        var sizes = list.Split(',', StringSplitOptions.TrimEntries).Select(ScoreCommands.ReadTop);
        int dot = Path.GetFileName(file).IndexOf('.', StringComparison.Ordinal);
        string ending = dot < 0 ? "" : Path.GetFileName(file)[dot..], stem = file[..^ending.Length];
        return [.. sizes.Select(size => (size, $"{stem}-{size.ToString().Replace("%", "pct", StringComparison.Ordinal)}{ending}"))];
    }

    private static (string, double) Weighted(string item)
    {
        int at = item.IndexOf(':', StringComparison.Ordinal);
        if (at < 0) return (item, 1);
        return double.TryParse(item.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double weight) && double.IsFinite(weight)
            ? (item[..at], weight) : throw new UserException($"--by {item}: the weight is not a number");
    }

    private static T Word<T>(string given, string option, (string Name, T Value)[] words)
    {
        foreach (var (name, value) in words)
            if (name == given) return value;
        throw new UserException($"{option} {given}: must be {string.Join(", ", words.Select(w => w.Name))}");
    }
}
