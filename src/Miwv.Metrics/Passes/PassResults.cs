using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Passes;

/// <summary>What the waves found for every pass of a run. A place of −1 means "no pass": its loss is NaN.</summary>
public sealed class PassResults(PassList passes)
{
    private readonly List<double> nll = [];
    private readonly Dictionary<int, float[]> logProbs = [], entropies = [], listed = [];

    private int? turn;

    /// <summary>Marks every pass whose result is asked for; null = nobody wants to know. Computing a metric over no results tells so which passes it needs.</summary>
    public bool[]? Asked { get; init; }

    /// <summary>Minus the sum of the log-probs of the scored tokens of a pass and those joined with it, nats.</summary>
    public double Nll(int pass)
    {
        if (!Ask(pass)) return double.NaN;
        var (from, to) = Joined(pass);
        double sum = nll[from];
        for (int part = from + 1; part < to; part++) sum += nll[part];
        return sum;
    }

    /// <summary>Scored tokens of a pass and those joined with it.</summary>
    public int Tokens(int pass)
    {
        var (from, to) = Joined(pass);
        int count = 0;
        for (int part = from; part < to; part++) count += passes.ScoredCount(part);
        return count;
    }

    /// <summary>Mean NLL of a pass and those joined with it, nats per scored token.</summary>
    public double Loss(int pass) => pass < 0 ? double.NaN : Nll(pass) / Tokens(pass);

    /// <summary>Log-probs of the scored tokens of a pass and those joined with it, nats; empty if the pass does not want them.</summary>
    public ReadOnlySpan<float> LogProbs(int pass) => Ask(pass) ? Of(logProbs, pass) : default;

    /// <summary>Entropies where the scored tokens are predicted, nats; empty if the pass does not want them.</summary>
    public ReadOnlySpan<float> Entropies(int pass) => Ask(pass) ? Of(entropies, pass) : default;

    /// <summary>A value for each of a row's scored turns: while it is computed, its passes look as if that turn alone were scored.</summary>
    /// <param name="turns">Scored turns of the row.</param>
    public double[] PerTurn(int turns, Func<double> value)
    {
        var values = new double[turns];
        for (int i = 0; i < turns; i++)
        {
            turn = i;
            values[i] = value();
        }
        turn = null;
        return values;
    }

    /// <summary>The NLL of a pass by itself, nats; NaN if it has no result.</summary>
    public double OwnNll(int pass) => nll[pass];

    /// <summary>Logits of <see cref="PassList.ListedIds"/> where the last scored token is predicted; empty if the pass does not want them.</summary>
    public ReadOnlySpan<float> Listed(int pass) => Ask(pass) ? listed.GetValueOrDefault(pass) : default;

    /// <summary>Whether all that is wanted of a pass was kept.</summary>
    public bool Has(int pass, PassWants wants) =>
        !double.IsNaN(nll[pass])
        && (!wants.HasFlag(PassWants.LogProbs) || logProbs.ContainsKey(pass))
        && (!wants.HasFlag(PassWants.Entropies) || entropies.ContainsKey(pass))
        && (!wants.HasFlag(PassWants.Listed) || listed.ContainsKey(pass));

    /// <summary>What is kept of a pass, in the order of <see cref="PassWants"/>.</summary>
    public float[] Values(int pass, PassWants wants) =>
    [
        .. wants.HasFlag(PassWants.LogProbs) ? logProbs[pass] : [],
        .. wants.HasFlag(PassWants.Entropies) ? entropies[pass] : [],
        .. wants.HasFlag(PassWants.Listed) ? listed[pass] : [],
    ];

    /// <summary>Makes room for all passes listed so far; a pass without a result has NaN.</summary>
    public void Grow()
    {
        nll.EnsureCapacity(passes.Count);
        while (nll.Count < passes.Count) nll.Add(double.NaN);
    }

    /// <summary>Stores a pass's sum and, in the order of <see cref="PassWants"/>, what else is kept of it.</summary>
    public void Set(int pass, double sum, PassWants wants, ReadOnlySpan<float> values)
    {
        nll[pass] = sum;
        int count = passes.ScoredCount(pass);
        if (wants.HasFlag(PassWants.LogProbs)) Take(logProbs, pass, count, ref values);
        if (wants.HasFlag(PassWants.Entropies)) Take(entropies, pass, count, ref values);
        if (wants.HasFlag(PassWants.Listed)) Take(listed, pass, passes.ListedIds.Count, ref values);
    }

    // The passes that count as one, [From, To).
    private (int From, int To) Joined(int pass)
    {
        int earlier = passes.Earlier(pass);
        return earlier == 0 ? (pass, pass + 1) : turn is { } one ? (pass - earlier + one, pass - earlier + one + 1) : (pass - earlier, pass + 1);
    }

    private ReadOnlySpan<float> Of(Dictionary<int, float[]> values, int pass)
    {
        var (from, to) = Joined(pass);
        return to == from + 1 ? values.GetValueOrDefault(from) : Enumerable.Range(from, to - from).SelectMany(part => values.GetValueOrDefault(part, [])).ToArray();
    }

    private bool Ask(int pass)
    {
        if (pass < 0) return false;
        if (Asked is not null)
        {
            var (from, to) = Joined(pass);
            Asked.AsSpan(from..to).Fill(true);
        }
        return true;
    }

    private static void Take(Dictionary<int, float[]> to, int pass, int count, ref ReadOnlySpan<float> values)
    {
        to[pass] = values[..count].ToArray();
        values = values[count..];
    }
}
