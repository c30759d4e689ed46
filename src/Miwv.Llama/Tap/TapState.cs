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
}
