namespace Miwv.Llama.Gguf;

/// <summary>One tensor of the file, its extent already checked against the file's size.</summary>
/// <param name="Name">Name, at most 63 bytes.</param>
/// <param name="Type">Element or block type.</param>
/// <param name="Shape">Elements per dimension, fastest first; 0 to 4 entries.</param>
/// <param name="Elements">Product of <paramref name="Shape"/>.</param>
/// <param name="Bytes">Size of the data without padding.</param>
/// <param name="Offset">First byte, from the start of the data section.</param>
public sealed record GgufTensor(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, long Elements, long Bytes, long Offset);
