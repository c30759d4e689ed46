namespace Miwv.Scoring.Gather;

/// <summary>Element type of a logits array; the values of <c>miwv_gather_dtype</c> in native/gather.h.</summary>
public enum LogitsType
{
    /// <summary>32-bit floats.</summary>
    F32 = 0,

    /// <summary>IEEE half precision.</summary>
    F16 = 1,

    /// <summary>bfloat16: the upper half of a 32-bit float.</summary>
    BF16 = 2,
}
