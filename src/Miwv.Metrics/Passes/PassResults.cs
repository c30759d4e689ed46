using Miwv.Scoring.Passes;

namespace Miwv.Metrics.Passes;

/// <summary>What the waves found for every pass of a run. A place of −1 means "no pass": its loss is NaN.</summary>
public sealed class PassResults(PassList passes)
{
    private readonly List<double> nll = [];
    private readonly Dictionary<int, float[]> logProbs = [], entropies = [], listed = [];

    /// <summary>Marks every pass whose result is asked for; null = nobody wants to know. Computing a metric over no results tells so which passes it needs.</summary>
    public bool[]? Asked { get; init; }

    /// <summary>Minus the sum of the log-probs of a pass's scored tokens, nats.</summary>
    public double Nll(int pass) => Ask(pass) ? nll[pass] : double.NaN;

    /// <summary>Scored tokens of a pass.</summary>
    public int Tokens(int pass) => passes.ScoredCount(pass);

    /// <summary>Mean NLL of a pass, nats per scored token.</summary>
    public double Loss(int pass) => Ask(pass) ? nll[pass] / passes.ScoredCount(pass) : double.NaN;

    /// <summary>Log-probs of the scored tokens, nats; empty if the pass does not want them.</summary>
    public ReadOnlySpan<float> LogProbs(int pass) => Ask(pass) ? logProbs.GetValueOrDefault(pass) : default;

    /// <summary>Entropies where the scored tokens are predicted, nats; empty if the pass does not want them.</summary>
    public ReadOnlySpan<float> Entropies(int pass) => Ask(pass) ? entropies.GetValueOrDefault(pass) : default;

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
        while (nll.Count < passes.Count) nll.Add(double.NaN);
    }

    /// <summary>Stores a pass's sum and, in the order of <see cref="PassWants"/>, what else is kept of it.</summary>
    public void Set(int pass, double sum, PassWants wants, ReadOnlySpan<float> values)
    {
        nll[pass] = sum;
        int count = Tokens(pass);
        if (wants.HasFlag(PassWants.LogProbs)) Take(logProbs, pass, count, ref values);
        if (wants.HasFlag(PassWants.Entropies)) Take(entropies, pass, count, ref values);
        if (wants.HasFlag(PassWants.Listed)) Take(listed, pass, passes.ListedIds.Count, ref values);
    }

    private bool Ask(int pass)
    {
        if (pass < 0) return false;
        if (Asked is not null) Asked[pass] = true;
        return true;
    }

    private static void Take(Dictionary<int, float[]> to, int pass, int count, ref ReadOnlySpan<float> values)
    {
        to[pass] = values[..count].ToArray();
        values = values[count..];
    }
}
