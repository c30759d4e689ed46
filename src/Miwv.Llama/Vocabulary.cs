using System.Buffers;
using System.Text;
using Miwv.Data;
using Miwv.Llama.Native;

namespace Miwv.Llama;

/// <summary>The tokenizer of a model. Thread-safe: the library keeps no state between calls.</summary>
public sealed unsafe class Vocabulary
{
    private readonly nint vocab;

    internal Vocabulary(nint vocab) => this.vocab = vocab;

    public int Size => LlamaNative.llama_vocab_n_tokens(vocab);

    /// <summary>False for a GGUF without a tokenizer.</summary>
    public bool HasTokenizer => LlamaNative.llama_vocab_type(vocab) != 0;

    /// <summary>Beginning-of-sequence id, or −1.</summary>
    public int Bos => LlamaNative.llama_vocab_bos(vocab);

    /// <summary>End-of-sequence id, or −1.</summary>
    public int Eos => LlamaNative.llama_vocab_eos(vocab);

    /// <summary>True if the GGUF asks for BOS at the start of every sequence.</summary>
    public bool AddsBos => LlamaNative.llama_vocab_get_add_bos(vocab) != 0;

    /// <summary>True for a control token (BOS, &lt;|im_start|&gt;), which no data text becomes.</summary>
    public bool IsControl(int token) => LlamaNative.llama_vocab_is_control(vocab, token) != 0;

    /// <summary>Appends the token ids of a text.</summary>
    /// <param name="addSpecial">Also the special tokens the GGUF asks for at the ends.</param>
    /// <param name="parseSpecial">Text like &lt;|im_start|&gt; becomes a control token; never for data.</param>
    public void Tokenize(string text, List<int> tokens, bool addSpecial = false, bool parseSpecial = false)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(most);
        int length = Encoding.UTF8.GetBytes(text, bytes);
        int[] ids = ArrayPool<int>.Shared.Rent(length + 8);
        try
        {
            int count = Call(bytes, length, ids, addSpecial, parseSpecial);
            if (count < 0)
            {
                if (count == int.MinValue)
                    throw new UserException($"a text of {length} bytes is too long for the tokenizer");
                ArrayPool<int>.Shared.Return(ids);
                ids = ArrayPool<int>.Shared.Rent(-count);
                count = Call(bytes, length, ids, addSpecial, parseSpecial);
            }
            tokens.AddRange(ids.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<int>.Shared.Return(ids);
        }
    }

    public int[] Tokenize(string text, bool addSpecial = false, bool parseSpecial = false)
    {
        var tokens = new List<int>();
        Tokenize(text, tokens, addSpecial, parseSpecial);
        return [.. tokens];
    }

    /// <summary>The text of one token, control tokens included.</summary>
    public string Piece(int token)
    {
        Span<byte> buffer = stackalloc byte[256];
        fixed (byte* pointer = buffer)
        {
            int length = LlamaNative.llama_token_to_piece(vocab, token, pointer, buffer.Length, 0, 1);
            return length <= 0 ? "" : Encoding.UTF8.GetString(buffer[..length]);
        }
    }

    /// <summary>The bytes of one token, control tokens included: a character may be spread over several tokens.</summary>
    public byte[] PieceBytes(int token)
    {
        Span<byte> buffer = stackalloc byte[256];
        fixed (byte* pointer = buffer)
        {
            int length = LlamaNative.llama_token_to_piece(vocab, token, pointer, buffer.Length, 0, 1);
            return length <= 0 ? [] : buffer[..length].ToArray();
        }
    }

    private int Call(byte[] bytes, int length, int[] ids, bool addSpecial, bool parseSpecial)
    {
        fixed (byte* text = bytes)
        fixed (int* to = ids)
            return LlamaNative.llama_tokenize(vocab, text, length, to, ids.Length, addSpecial ? (byte)1 : (byte)0, parseSpecial ? (byte)1 : (byte)0);
    }
}
