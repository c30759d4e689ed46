using Miwv.Llama;
using Miwv.Scoring.Gather;

namespace Miwv.Engine.Gpu;

/// <summary>The card, or cards, that the layers are put on.</summary>
/// <param name="Name">As the library describes it.</param>
/// <param name="TotalBytes">Memory of all of them.</param>
internal sealed record ComputeCard(string Name, long TotalBytes, bool IsCuda)
{
    /// <summary>Memory of this machine, bytes.</summary>
    public static long HostBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Null if the model is computed on the CPU.</summary>
    public static ComputeCard? InUse(int gpuLayers)
    {
        var cards = LlamaLibrary.Devices().Where(d => d.IsGpu).ToList();
        if (gpuLayers == 0 || cards.Count == 0) return null;
        return new ComputeCard(string.Join(" + ", cards.Select(c => c.Description)), cards.Sum(c => c.TotalBytes),
            cards.All(c => c.Name.StartsWith("CUDA", StringComparison.Ordinal)));
    }

    /// <summary>Says in one line that logits will be copied to the host, and why.</summary>
    public void WarnOfSlowGather(Action<string> warn)
    {
        if (!IsCuda) warn($"{Name}: logits are copied to the host for the gather (only NVIDIA cards have one of their own)");
        else if (!CudaGather.IsUsable) warn($"{Name}: logits are copied to the host for the gather, which is slower: {CudaGather.Obstacle}");
    }
}
