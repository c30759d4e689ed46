using Miwv.Metrics.Passes;

namespace Miwv.Metrics.Losses;

/// <summary>
/// GRAPE (arXiv 2502.04194): of several answers to one prompt the one that the model finds likeliest. 0 for that row, else how much
/// less likely a token of its answer is, nats; rows whose prompt no other row has get 0 too.
/// </summary>
public sealed class GrapeMetric : Metric
{
    public override MetricInfo Info { get; } = new("grape", "min of L over the rows with this prompt - L(y|x)", Better.High, "arXiv 2502.04194", "zero-shot");
    public override bool FormsRowByRow => true;

    public override void AddPasses(PassBook book)
    {
        foreach (int row in book.UsableRows()) book.ZeroShot(row);
    }

    public override MetricValues Compute(PassBook book, PassResults results)
    {
        var best = new Dictionary<int, double>(new SamePrompt(book));
        foreach (int row in book.UsableRows())
        {
            double loss = results.Loss(book.ZeroShot(row));
            best[row] = best.TryGetValue(row, out double other) ? double.MinNumber(other, loss) : loss; // a row without a loss takes none from the others
        }
        return Each(book, row => best[row] - results.Loss(book.ZeroShot(row))) with { Totals = [("prompts", best.Count)] };
    }

    private sealed class SamePrompt(PassBook book) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => x == y || Tokens(x).SequenceEqual(Tokens(y));

        public int GetHashCode(int row)
        {
            var hash = new HashCode();
            foreach (int token in Tokens(row)) hash.Add(token);
            return hash.ToHashCode();
        }

        private ReadOnlySpan<int> Tokens(int row) => book.Passes.Tokens[book.Prompt(row).Text];
    }
}
