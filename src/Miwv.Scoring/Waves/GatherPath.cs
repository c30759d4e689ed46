namespace Miwv.Scoring.Waves;

/// <summary>Where the log-probs of a wave are gathered.</summary>
public enum GatherPath
{
    /// <summary>Where the logits lie; on a device without a gather of its own in the model's graph, and only what that cannot give after a copy.</summary>
    Auto,

    /// <summary>On the host, after a copy of the logits that is made even if they lie there.</summary>
    HostCopy,

    /// <summary>By the CUDA gather, wherever the logits lie.</summary>
    Cuda,

    /// <summary>By operations in the model's graph. Gives no entropies: passes that want them are gathered after a copy.</summary>
    InGraph,
}
