using Miwv.Metrics.Passes;

namespace Miwv.Metrics;

/// <summary>
/// One metric in one run: says which texts and passes it needs, then how its value follows from their results. It remembers its passes in between.
/// </summary>
public abstract class Metric
{
    public abstract MetricInfo Info { get; }

    /// <summary>The field in scores.jsonl.</summary>
    public virtual string Field => Info.Name;

    /// <summary>Whether the rows' zero-shot passes are needed.</summary>
    public virtual bool NeedsZeroShot => true;

    /// <summary>Nearest neighbours needed per row; 0 = none.</summary>
    public virtual int Neighbors => 0;

    /// <summary>Whether the rows' embeddings are needed.</summary>
    public virtual bool NeedsEmbeddings => Neighbors > 0;

    /// <summary>Whether rows without a neighbour, or without room for its demonstration, have no score at all (their status says so).</summary>
    public virtual bool NeedsOneShot => false;

    /// <summary>Whether a row has either its final value or NaN while passes are missing, so that values can be shown before the run ends.</summary>
    public virtual bool FormsRowByRow => false;

    /// <summary>Whether it asks a model for a grade, which may be another model than the one that is tuned.</summary>
    public virtual bool IsRating => false;

    /// <summary>Adds texts that are tokenized beside the rows' prompts and answers.</summary>
    public virtual void AddTexts(TextCatalog texts)
    {
    }

    /// <summary>Adds the passes that the metric needs.</summary>
    public virtual void AddPasses(PassBook book)
    {
    }

    /// <summary>Adds passes that depend on the results so far; called again after every round of them.</summary>
    /// <returns>False if none are needed any more.</returns>
    public virtual bool AddRound(PassBook book, PassResults results) => false;

    public abstract MetricValues Compute(PassBook book, PassResults results);

    /// <summary>A value for every row that is scored.</summary>
    protected static MetricValues Each(PassBook book, Func<int, double> value)
    {
        var values = new double[book.Rows];
        for (int row = 0; row < values.Length; row++) values[row] = book.IsScored(row) ? value(row) : double.NaN;
        return new MetricValues(values);
    }

    /// <summary>A value for every usable row, and one for every scored turn of those that have several.</summary>
    /// <param name="value">Of a row's passes, as the results show them: all turns together, or one.</param>
    protected static MetricValues EachTurn(PassBook book, PassResults results, Func<int, double> value)
    {
        var turns = new Dictionary<int, double[]>();
        var values = Each(book, row =>
        {
            int earlier = book.Turns.Count(row) == 0 ? 0 : book.ScoredEarlier(row).Length;
            if (earlier > 0) turns[row] = results.PerTurn(earlier + 1, () => value(row));
            return earlier > 0 && book.Turns.Rule == TurnRule.Sum ? turns[row].Sum() : value(row);
        });
        return values with { Turns = turns };
    }
}
