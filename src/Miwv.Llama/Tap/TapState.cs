using System.Runtime.InteropServices;
using Miwv.Llama.Native;

namespace Miwv.Llama.Tap;

/// <summary>Native memory shared with the callbacks of one context's tap.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TapState
{
    /// <summary>The last graph's logits tensor, as seen by backend_apply.</summary>
    public Tensor* Logits;

    /// <summary>Stopwatch ticks of the last backend_set_input: mask and graph are made, the computation begins.</summary>
    public long InputsReady;

    /// <summary>Not zero: the head's matrix product is taken out of the graph (hidden states only).</summary>
    public int SkipHead;

    /// <summary>Not zero between backend_reset and the first backend_apply: a graph is being built that lacks the gather.</summary>
    public int GraphIsNew;

    /// <summary>A <see cref="GatherPlace"/>, and not zero if the device that computes the logits is such a one.</summary>
    public int Place, Active;

    /// <summary>Indices of the gather in the graph, [Capacity]; 0 = there is none.</summary>
    public int Capacity;
    public int* Index;

    /// <summary>Not zero from the asking until the next decode has taken the indices.</summary>
    public int IndexNeeded;

    /// <summary>Input and result of the gather in the graph.</summary>
    public Tensor* IndexTensor, Found;
}
