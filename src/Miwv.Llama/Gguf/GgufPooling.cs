namespace Miwv.Llama.Gguf;

/// <summary>How the token states of a text become one vector, as numbered in <c>&lt;arch&gt;.pooling_type</c>.</summary>
public enum GgufPooling
{
    None = 0,
    Mean = 1,
    Cls = 2,
    Last = 3,
    Rank = 4,
}
