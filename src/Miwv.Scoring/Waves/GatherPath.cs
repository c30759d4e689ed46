namespace Miwv.Scoring.Waves;

/// <summary>Where the log-probs of a wave are gathered.</summary>
public enum GatherPath
{
    /// <summary>Where the logits lie; if that is a card for which there is no gather, after a copy to the host.</summary>
    Auto,

    /// <summary>On the host, after a copy of the logits that is made even if they lie there.</summary>
    HostCopy,

    /// <summary>By the CUDA gather, wherever the logits lie.</summary>
    Cuda,
}
