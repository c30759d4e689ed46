using Miwv.Llama.Native;

namespace Miwv.Llama.Tap;

/// <summary>
/// The operations that pick target logits and each row's softmax reference where the logits are computed, on any device the
/// library knows. One result, [picked | highest logit of each row | its probability], so that one small copy brings all of it.
/// </summary>
internal static unsafe class GatherGraph
{
    public static void Add(void* context, void* graph, Tensor* logits, TapState* state)
    {
        long vocabulary = logits->ne[0], rows = logits->ne[1];
        Tensor* index = GgmlNative.ggml_new_tensor_1d(context, GgmlNative.TypeI32, state->Capacity);
        GgmlNative.ggml_set_input(index);
        Tensor* picked = GgmlNative.ggml_get_rows(context, GgmlNative.ggml_reshape_2d(context, logits, 1, vocabulary * rows), index);
        Tensor* highest = HighestOf(context, logits);
        Tensor* top = Pick(context, logits, highest), share = Pick(context, GgmlNative.ggml_soft_max(context, logits), highest);
        Tensor* perRow = GgmlNative.ggml_concat(context, top, share, 0);
        Tensor* found = GgmlNative.ggml_concat(context, GgmlNative.ggml_reshape_1d(context, picked, state->Capacity), perRow, 0);
        GgmlNative.ggml_set_output(found);
        GgmlNative.ggml_build_forward_expand(graph, found);
        state->IndexTensor = index;
        state->Found = found;
    }

    // A row of NaN has no highest element; what is read in its place must lie within it. Integers are clamped as f32: a vocabulary has fewer than 2^24 ids.
    private static Tensor* HighestOf(void* context, Tensor* logits)
    {
        Tensor* asFloat = GgmlNative.ggml_cast(context, GgmlNative.ggml_argmax(context, logits), GgmlNative.TypeF32);
        Tensor* within = GgmlNative.ggml_clamp(context, asFloat, 0, logits->ne[0] - 1);
        return GgmlNative.ggml_reshape_2d(context, GgmlNative.ggml_cast(context, within, GgmlNative.TypeI32), 1, logits->ne[1]);
    }

    // one element of each row
    private static Tensor* Pick(void* context, Tensor* table, Tensor* column)
    {
        Tensor* rows = GgmlNative.ggml_reshape_3d(context, table, 1, table->ne[0], table->ne[1]);
        return GgmlNative.ggml_reshape_1d(context, GgmlNative.ggml_get_rows(context, rows, column), table->ne[1]);
    }
}
