namespace Miwv.Scoring.Passes;

/// <summary>What is kept of a pass beside the sum of its NLL.</summary>
[Flags]
public enum PassWants : byte
{
    Sum = 0,

    /// <summary>The log-prob of every scored token.</summary>
    LogProbs = 1,

    /// <summary>The entropy of the distribution that predicts every scored token, nats.</summary>
    Entropies = 2,

    /// <summary>The raw logits of <see cref="PassList.ListedIds"/> where the last scored token is predicted.</summary>
    Listed = 4,
}
