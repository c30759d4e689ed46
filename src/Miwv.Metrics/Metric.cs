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

    public abstract MetricValues Compute(PassBook book, PassResults results);

    /// <summary>A value for every row that is scored.</summary>
    protected static MetricValues Each(PassBook book, Func<int, double> value)
    {
        var values = new double[book.Rows];
        for (int row = 0; row < values.Length; row++) values[row] = book.IsScored(row) ? value(row) : double.NaN;
        return new MetricValues(values);
    }
}
