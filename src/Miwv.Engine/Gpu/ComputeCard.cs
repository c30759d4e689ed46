using Miwv.Llama;
using Miwv.Scoring.Gather;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Gpu;

/// <summary>The card, or cards, that the layers are put on.</summary>
/// <param name="Name">As the library describes it.</param>
/// <param name="TotalBytes">Memory of all of them.</param>
/// <param name="FreeBytes">What of it is free, the model's weights being there already; 0 = unknown.</param>
internal sealed record ComputeCard(string Name, long TotalBytes, long FreeBytes, bool IsCuda)
{
    /// <summary>Memory of this machine, bytes.</summary>
    public static long HostBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Null if the model is computed on the CPU.</summary>
    public static ComputeCard? InUse(int gpuLayers)
    {
        var cards = LlamaLibrary.Devices().Where(d => d.IsGpu).ToList();
        if (gpuLayers == 0 || cards.Count == 0) return null;
        return new ComputeCard(string.Join(" + ", cards.Select(c => c.Description)), cards.Sum(c => c.TotalBytes), cards.Sum(c => c.FreeBytes),
            cards.All(c => c.Name.StartsWith("CUDA", StringComparison.Ordinal)));
    }

    /// <summary>How log-probs are gathered on it: by a kernel, by operations in the graph, or on the host after a copy.</summary>
    public GatherPath Gather(PassWants wants) => GatherPathVariable.Read() switch
    {
        GatherPath.Auto when IsCuda && CudaGather.IsUsable => GatherPath.Cuda,
        GatherPath.Auto or GatherPath.InGraph => wants.HasFlag(PassWants.Entropies) ? GatherPath.HostCopy : GatherPath.InGraph,
        var forced => forced,
    };

    /// <summary>Says in one line that the gather is not the fast one, and why.</summary>
    public void WarnOfSlowGather(GatherPath path, Action<string> warn)
    {
        string why = !IsCuda ? "only NVIDIA cards have a kernel for it" : CudaGather.Obstacle ?? "MIWV_GATHER";
        if (path == GatherPath.InGraph) warn($"{Name}: log-probs are gathered by the library's own operations, a little slower than by a kernel: {why}");
        if (path == GatherPath.HostCopy) warn($"{Name}: logits are copied to the host for the gather, which is slow: a metric wants entropies, and {why}");
    }
}
