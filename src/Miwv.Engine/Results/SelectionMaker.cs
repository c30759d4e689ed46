using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Metrics;
using Miwv.Metrics.Selection;
using Miwv.Metrics.Selection.Diversity;
using Miwv.Retrieval;

namespace Miwv.Engine.Results;

/// <summary>Ranks the rows of a finished run and chooses from the ranking. The same run, request and seed give the same rows.</summary>
internal sealed class SelectionMaker(ScoreTable scores, CascadeRows? cascade, SelectionRequest request, Func<EmbeddingStore> embeddings, RowFile rows, Func<int, int> trainingTokens, int threads, CancellationToken cancel)
{
    private int withoutEmbedding;

    /// <exception cref="UserException">A field that the run does not have, no row has a value of it, or none passes the gates.</exception>
    public Selection Make()
    {
        double[] rank = Rank();
        var gates = request.Gates ?? [.. Fields().Select(f => f.Column.Info.Gate).OfType<string>().Select(Gate.Parse)];
        // audited rows tell what was missed and are not candidates
        int[] scored = Kept(Ranking.Descending(rank), row => cascade is null || cascade.Roles[row] == CascadeRole.Kept);
        if (scored.Length == 0)
            throw new UserException($"nothing to choose from: no row has a value of {string.Join(" and ", Fields().Select(f => f.Column.Field))}");
        int[] passing = Kept(scored, Passes);
        if (passing.Length == 0)
            throw new UserException($"none of the {scored.Length} rows with a score passes --gate {string.Join(" and ", gates)}; --gate none ranks them all");
        bool Passes(int row) => gates.All(gate => gate.Lets(Column(gate.Metric).Values[row]));
        int wanted = request.Top.Of(scores.Count);
        int[] chosen = Choose(request.Pool is { } pool ? passing[..Math.Min(passing.Length, pool.Of(scores.Count))] : passing, wanted);
        if (request.TokenBudget is { } budget) chosen = TokenBudget.Take(chosen, trainingTokens, budget);
        int[] all = Kept([.. Enumerable.Range(0, scores.Count)], scores.IsScored);
        return new Selection(wanted, chosen, passing.Length)
        {
            KeptOut = [.. gates.Select(gate => (gate, scored.Count(row => !gate.Lets(Column(gate.Metric).Values[row]))))],
            WithoutEmbedding = withoutEmbedding,
            Recall = cascade is { Audited: > 0 } ? Recall(cascade, rank, passing, Passes, wanted) : null,
            RecallByChance = cascade is null ? 1 : (double)Usable(row => cascade.Roles[row] == CascadeRole.Kept) / Math.Max(1, Usable(_ => true)),
            LongestOverlap = Overlap(chosen, Baselines.Longest(all, row => scores.AnswerTokens[row])),
            RandomOverlap = Overlap(chosen, Baselines.Random(all, request.Seed)),
            AnswerTokens = (Mean(chosen), Mean(all)),
        };
    }

    // Counted first, so that a million rows are not copied while a list grows.
    private static int[] Kept(int[] rows, Func<int, bool> keep)
    {
        int count = rows.Count(keep), place = 0;
        if (count == rows.Length) return rows;
        int[] kept = new int[count];
        foreach (int row in rows)
            if (keep(row)) kept[place++] = row;
        return kept;
    }

    private int Usable(Func<int, bool> of) => Enumerable.Range(0, scores.Count).Count(row => scores.Status[row] == RowStatus.Ok && of(row));

    private RecallEstimate Recall(CascadeRows cascade, double[] rank, int[] passing, Func<int, bool> passes, int wanted)
    {
        int[] audited = [.. Enumerable.Range(0, scores.Count).Where(row => cascade.Roles[row] == CascadeRole.Audit)];
        (double, int)[] Places(int[] rows) => [.. rows.Select(row => (rank[row], row))];
        return SurvivorRecall.Estimate(Places(passing), Places([.. audited.Where(row => double.IsFinite(rank[row]) && passes(row))]), audited.Length, cascade.Rejected, wanted);
    }

    private int[] Choose(int[] ranked, int count) => request.Selector switch
    {
        Selector.Top => ranked[..Math.Min(count, ranked.Length)],
        Selector.CosineCap => CosineCap.Select(embeddings(), ranked, count, request.Cap, cancel),
        Selector.KCenter => KCenter.Select(embeddings(), WithEmbedding(ranked), count, threads, cancel),
        Selector.Facility => FacilityLocation.Select(embeddings(), WithEmbedding(ranked), count, threads: threads, cancel: cancel),
        Selector.GraphCut => GraphCutBins.Select(embeddings(), WithEmbedding(ranked), count, request.Clusters, request.Seed, threads, cancel),
        Selector.Sweep => Sweep(ranked, count),
        Selector.Quota => ClusterQuota.Select(ranked, Clusters(), count),
        Selector.Random => Baselines.Random(ranked.Order().ToArray(), request.Seed)[..Math.Min(count, ranked.Length)],
        _ => Baselines.Longest(ranked.Order().ToArray(), row => scores.AnswerTokens[row])[..Math.Min(count, ranked.Length)],
    };

    private int[] Sweep(int[] ranked, int count)
    {
        if (request.TagField is { } field)
        {
            var reader = new RowTags(rows, field);
            var tags = ranked.ToDictionary(row => row, reader.Of);
            if (ranked.Length > 0 && tags.Values.All(own => own.Length == 0)) throw new UserException($"--tags {field}: no row has tags in a field of this name");
            return ComplexityFirst.Select(ranked, row => tags[row], count);
        }
        int[] clusters = Clusters();
        return ComplexityFirst.Select(ranked, row => clusters[row] < 0 ? [] : [clusters[row]], count);
    }

    private int[] Clusters()
    {
        var store = embeddings();
        int directions = Enumerable.Range(0, store.Count).Count(row => !store.IsZero(row));
        return KMeans.Run(store, Math.Min(request.Clusters, directions), request.Seed, threads: threads, cancellation: cancel).Assignment;
    }

    private int[] WithEmbedding(int[] ranked)
    {
        var store = embeddings();
        int[] with = [.. ranked.Where(row => !store.IsZero(row))];
        withoutEmbedding = ranked.Length - with.Length;
        return with;
    }

    // High is better.
    private double[] Rank()
    {
        var fields = Fields();
        double[][] values = [.. fields.Select(f => Signed(f.Column))];
        if (values.Length == 1) return values[0];
        double[] weights = [.. fields.Select(f => f.Weight)];
        return request.Combination switch
        {
            Combination.RankSum => RankCombination.RankSum(values, weights),
            Combination.Product => RankCombination.Product([.. fields.Select(f => f.Column.Values)], [.. fields.Select(f => f.Column.Info.Better == Better.High ? f.Weight : -f.Weight)]),
            _ => RankCombination.WeightedSum(values, weights),
        };
    }

    private List<(MetricColumn Column, double Weight)> Fields() =>
        request.By.Count == 0 ? [(scores.Metrics[0], 1)] : [.. request.By.Select(by => (Column(by.Field), by.Weight))];

    private MetricColumn Column(string field) => scores.Metrics.FirstOrDefault(metric => metric.Field == field) ?? BaseColumns.Find(scores, field)
        ?? throw new UserException($"{field}: this run did not compute it; it has {string.Join(", ", scores.Metrics.Select(metric => metric.Field).Union(["zero_nll", "one_nll", "miwv", "n_answer", "cosine"]))}; add it with --metric");

    private static double[] Signed(MetricColumn column) =>
        column.Info.Better == Better.High ? column.Values : Array.ConvertAll(column.Values, value => -value);

    private double Mean(int[] rows) => rows.Length == 0 ? 0 : rows.Average(row => scores.AnswerTokens[row]);

    private static double Overlap(int[] chosen, int[] baseline) =>
        chosen.Length == 0 ? 0 : (double)chosen.Intersect(baseline.Take(chosen.Length)).Count() / chosen.Length;
}
