namespace Miwv.Scoring.Tests.Gather;

/// <summary>One row's log-softmax and entropy in fp64, and the log-prob a plain fp32 loop would give.</summary>
internal sealed class SoftmaxOracle
{
    private readonly float[] row;
    private readonly double top, logSum;
    private float plainSum = -1;

    internal SoftmaxOracle(float[] row)
    {
        this.row = row;
        top = double.NegativeInfinity;
        foreach (float x in row)
        {
            IsSick |= float.IsNaN(x) || float.IsPositiveInfinity(x);
            if (x > top) top = x;
        }
        IsSick |= double.IsNegativeInfinity(top);
        double sum = 0, weighted = 0;
        foreach (float x in row)
        {
            double d = x - top, e = Math.Exp(d);
            sum += e;
            if (e > 0) weighted += e * d;
        }
        logSum = Math.Log(sum);
        Entropy = IsSick ? double.NaN : logSum - (weighted / sum);
    }

    /// <summary>The row has no distribution: NaN or +inf in it, or nothing but -inf.</summary>
    internal bool IsSick { get; }

    internal double Entropy { get; }

    internal double LogProb(int target) => IsSick ? double.NaN : row[target] - top - logSum;

    internal int Rank(int target)
    {
        if (IsSick) return -1;
        int above = 0;
        foreach (float x in row) above += x > row[target] ? 1 : 0;
        return above;
    }

    internal float PlainFp32LogProb(int target)
    {
        float max = (float)top;
        if (plainSum < 0)
        {
            plainSum = 0;
            foreach (float x in row) plainSum += MathF.Exp(x - max);
        }
        return row[target] - max - MathF.Log(plainSum);
    }
}
