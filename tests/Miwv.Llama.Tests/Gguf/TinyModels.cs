using Miwv.Llama.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Llama.Tests.Gguf;

/// <summary>Small complete files made by our own writer, and pieces to make broken ones from.</summary>
internal static class TinyModels
{
    /// <summary>One layer, 32 wide, 259 tokens (3 control tokens and 256 bytes).</summary>
    public static readonly ModelShape Shape = new("llama", 1, 32, 2, 1, 32, SyntheticVocabulary.MinimumSize, 64, 10_000, true);

    public static GgufWriter Llama() => RandomModel.Create("tiny", Shape, GgufTensorType.F32, null, 1);

    /// <summary>The metadata of a llama without tokenizer and tensors.</summary>
    public static GgufWriter Settings(string architecture = "llama") => new GgufWriter()
        .Add("general.architecture", architecture)
        .Add($"{architecture}.context_length", 64u)
        .Add($"{architecture}.embedding_length", 32u)
        .Add($"{architecture}.block_count", 1u)
        .Add($"{architecture}.feed_forward_length", 32u)
        .Add($"{architecture}.attention.head_count", 2u)
        .Add($"{architecture}.attention.layer_norm_rms_epsilon", 1e-5f);

    public static GgufWriter Vocabulary(this GgufWriter writer, params string[] tokens)
    {
        var types = new int[tokens.Length];
        Array.Fill(types, 1);
        return writer.Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.tokens", tokens).Add("tokenizer.ggml.token_type", types);
    }

    public static GgufWriter Embedding(this GgufWriter writer, int tokens) =>
        writer.AddTensor("token_embd.weight", GgufTensorType.F32, [32, tokens], static (_, bytes) => bytes.Clear());

    /// <summary>Sets the little-endian number at <paramref name="offset"/>.</summary>
    public static byte[] With(this byte[] file, int offset, ulong value, int bytes = 8)
    {
        for (int i = 0; i < bytes; i++)
            file[offset + i] = (byte)(value >> (8 * i));
        return file;
    }

    /// <summary>Where a text ends in the file: after a key, its type follows.</summary>
    public static int After(this byte[] file, string text) =>
        file.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) + text.Length;
}
