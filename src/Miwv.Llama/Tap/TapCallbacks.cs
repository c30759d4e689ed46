using System.Diagnostics;
using System.Runtime.InteropServices;
using Miwv.Llama.Native;

namespace Miwv.Llama.Tap;

/// <summary>
/// A backend sampler that samples nothing: it notes the logits tensor of the graph and hands no tensor on.
/// With one on every sequence the library has no reason to copy logits to the host.
/// </summary>
internal static unsafe class TapCallbacks
{
    /// <summary>One table for the process; native memory, never freed.</summary>
    public static readonly SamplerInterface* Table = MakeTable();

    private static SamplerInterface* MakeTable()
    {
        var table = (SamplerInterface*)NativeMemory.AllocZeroed((nuint)sizeof(SamplerInterface));
        table->name = &Name;
        table->apply = &Apply;
        table->backend_init = &BackendInit;
        table->backend_apply = &BackendApply;
        table->backend_set_input = &BackendSetInput;
        table->backend_reset = &BackendReset;
        return table;
    }

    private static readonly byte* NameText = MakeName();

    private static byte* MakeName()
    {
        var text = "miwv-tap\0"u8;
        var memory = (byte*)NativeMemory.Alloc((nuint)text.Length);
        text.CopyTo(new Span<byte>(memory, text.Length));
        return memory;
    }

    [UnmanagedCallersOnly]
    private static byte* Name(Sampler* sampler) => NameText;

    [UnmanagedCallersOnly]
    private static void Apply(Sampler* sampler, void* candidates) { }

    [UnmanagedCallersOnly]
    private static byte BackendInit(Sampler* sampler, nint bufferType, uint outputsPerSequence)
    {
        var state = (TapState*)sampler->ctx;
        bool onHost = GgmlNative.ggml_backend_buft_is_host(bufferType) != 0;
        state->Active = state->Capacity > 0 && (GatherPlace)state->Place switch
        {
            GatherPlace.Anywhere => true,
            GatherPlace.NotOnHost => !onHost,
            _ => !onHost && !GraphTap.IsCuda(GgmlNative.ggml_backend_buft_name(bufferType)),
        } ? 1 : 0;
        return 1;
    }

    [UnmanagedCallersOnly]
    private static void BackendReset(Sampler* sampler) => ((TapState*)sampler->ctx)->GraphIsNew = 1;

    [UnmanagedCallersOnly]
    private static void BackendApply(Sampler* sampler, void* context, void* graph, SamplerData* data)
    {
        Tensor* view = data->logits;
        // probe calls pass a plain tensor; the real graph passes a view into the padded logits
        if (view != null && view->view_src != null && view->view_src->op == Tensor.OpPad)
        {
            var state = (TapState*)sampler->ctx;
            Tensor* logits = view->view_src->src0;
            if (state->SkipHead != 0) Skip(logits);
            // graphs without outputs are kept apart by the library and must not hide the one that is reused
            if (logits == null || logits->ne[1] > 0) state->Logits = logits;
            if (logits != null && logits->ne[1] > 0 && state->Active != 0 && state->GraphIsNew != 0)
            {
                state->GraphIsNew = 0; // once a graph, not once a row
                GatherGraph.Add(context, graph, logits, state);
            }
        }
        *data = default;
    }

    [UnmanagedCallersOnly]
    private static void BackendSetInput(Sampler* sampler)
    {
        var state = (TapState*)sampler->ctx;
        if (state->IndexNeeded != 0 && state->IndexTensor != null)
        {
            state->IndexNeeded = 0;
            GgmlNative.ggml_backend_tensor_set(state->IndexTensor, state->Index, 0, (nuint)state->Capacity * sizeof(int));
        }
        state->InputsReady = Stopwatch.GetTimestamp();
    }

    // Some models scale or cap the logits after the product: walk back to it.
    private static void Skip(Tensor* tensor)
    {
        for (int depth = 0; tensor != null && depth < 8; depth++, tensor = tensor->src0)
        {
            tensor->flags &= ~Tensor.FlagCompute;
            if (tensor->op == Tensor.OpMulMat) return;
        }
    }
}
