using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Miwv.Llama.Gguf;

/// <summary>
/// Checks the tokenizer's arrays: libllama casts them by position, ends the process on a doubled token and
/// throws through its C interface on a byte without a token.
/// </summary>
internal sealed class GgufVocabularyCheck(GgufCursor cursor, IReadOnlyDictionary<string, GgufValue> values)
{
    public const string TokensKey = "tokenizer.ggml.tokens";
    private const int MaxTokens = 1 << 22;
    private const int MaxTokenBytes = 1 << 16;
    private const int ByteTokenType = 6;

    // The ids that this program uses; libllama replaces the others by defaults when they are out of range.
    private static readonly string[] SpecialIds =
    [
        "bos_token_id", "eos_token_id", "unknown_token_id", "seperator_token_id", "cls_token_id",
        "mask_token_id", "eot_token_id",
    ];

    private readonly bool[] _bytesSeen = new bool[256];

    public void Check()
    {
        if (!values.TryGetValue(TokensKey, out GgufValue tokens))
            return;
        if (!tokens.IsArrayOf(GgufValueType.String))
            throw cursor.Error($"{TokensKey} is {tokens.TypeName}, not an array of String: the file is damaged");
        if (tokens.Count is 0 or > MaxTokens)
            throw cursor.Error($"{TokensKey} has {tokens.Count} tokens, 1 to {MaxTokens} are allowed: the file is damaged");
        CheckLength("tokenizer.ggml.scores", tokens.Count, GgufValueType.Float32, GgufValueType.Int32);
        CheckLength("tokenizer.ggml.token_type", tokens.Count, GgufValueType.Int32);
        CheckMerges();
        CheckSpecialIds(tokens.Count);
        CheckTokens(tokens);
    }

    private void CheckLength(string key, long count, params ReadOnlySpan<GgufValueType> elements)
    {
        if (!values.TryGetValue(key, out GgufValue value))
            return;
        if (value.Type != GgufValueType.Array || !elements.Contains(value.ElementType))
            throw cursor.Error($"{key} is {value.TypeName}, not an array of {elements[0]}: the file is damaged");
        if (value.Count != count)
            throw cursor.Error($"{key} has {value.Count} entries for {count} tokens: the file is damaged");
    }

    private void CheckMerges()
    {
        const string key = "tokenizer.ggml.merges";
        if (values.TryGetValue(key, out GgufValue value) && !value.IsArrayOf(GgufValueType.String))
            throw cursor.Error($"{key} is {value.TypeName}, not an array of String: the file is damaged");
    }

    private void CheckSpecialIds(long count)
    {
        foreach (string name in SpecialIds)
        {
            string key = $"tokenizer.ggml.{name}";
            if (!values.TryGetValue(key, out GgufValue value))
                continue;
            if (value.Type != GgufValueType.UInt32)
                throw cursor.Error($"{key} is {value.TypeName}, not UInt32: the file is damaged");
            if (value.Bits >= (ulong)count)
                throw cursor.Error($"{key} is {value.Bits}, the vocabulary has {count} tokens: the file is damaged");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CheckTokens(GgufValue tokens)
    {
        int[]? types = ReadTypes((int)tokens.Count);
        var hashes = new ulong[tokens.Count];
        // Seeded per process: nobody can prepare a file whose tokens collide.
        ulong seed = (ulong)Random.Shared.NextInt64() | 1;
        cursor.Place = TokensKey;
        cursor.Seek(tokens.Offset);
        for (int i = 0; i < hashes.Length; i++)
        {
            ReadOnlySpan<byte> token = ReadToken(i);
            int value = ByteValue(token);
            if (types is not null && types[i] == ByteTokenType && value < 0)
                throw cursor.Error($"token {i} is marked as a byte but is \"{Printable(token)}\", not <0x00> to <0xFF>: the file is damaged");
            // libllama looks the byte up by its capital digits.
            if (value >= 0 && !token[3..5].ContainsAnyInRange((byte)'a', (byte)'f'))
                _bytesSeen[value] = true;
            else if (token.Length == 1)
                _bytesSeen[token[0]] = true;
            hashes[i] = token.IsEmpty ? Hash(System.Text.Encoding.UTF8.GetBytes($"[EMPTY_{i}]"), seed) : Hash(token, seed);
        }
        CheckBytes();
        CheckDoubled(tokens, hashes);
    }

    /// <summary>The next token as libllama sees it: up to the first NUL.</summary>
    private ReadOnlySpan<byte> ReadToken(int index)
    {
        ulong bytes = cursor.ReadUInt64();
        if (bytes > MaxTokenBytes)
            throw cursor.Error($"token {index} has {bytes} bytes, at most {MaxTokenBytes} are allowed: the file is damaged");
        ReadOnlySpan<byte> token = cursor.ReadSpan((int)bytes);
        int end = token.IndexOf((byte)0);
        return end < 0 ? token : token[..end];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int[]? ReadTypes(int count)
    {
        if (!values.TryGetValue("tokenizer.ggml.token_type", out GgufValue value))
            return null;
        var types = new int[count];
        cursor.Seek(value.Offset);
        for (int i = 0; i < count; i++)
            types[i] = (int)cursor.ReadUInt32();
        return types;
    }

    private void CheckBytes()
    {
        bool sentencePiece = values.TryGetValue("tokenizer.ggml.model", out GgufValue model)
            && model is { Type: GgufValueType.String, Count: 5 } && ReadShort(model).SequenceEqual("llama"u8);
        int missing = sentencePiece ? Array.IndexOf(_bytesSeen, false) : -1;
        if (missing >= 0)
            throw cursor.Error($"its SentencePiece vocabulary has no token for the byte 0x{missing:X2}, libllama would end on text with it: convert the model again");
    }

    private ReadOnlySpan<byte> ReadShort(GgufValue value)
    {
        cursor.Seek(value.Offset);
        return cursor.ReadSpan((int)value.Count);
    }

    private void CheckDoubled(GgufValue tokens, ulong[] hashes)
    {
        var ids = new int[hashes.Length];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = i;
        Array.Sort(hashes, ids);
        for (int i = 1; i < hashes.Length; i++)
        {
            if (hashes[i] != hashes[i - 1])
                continue;
            byte[] first = TokenAt(tokens, ids[i - 1]);
            if (TokenAt(tokens, ids[i]).AsSpan().SequenceEqual(first))
                throw cursor.Error($"tokens {Math.Min(ids[i - 1], ids[i])} and {Math.Max(ids[i - 1], ids[i])} are both \"{Printable(first)}\", libllama would end on it: convert the model again");
        }
    }

    private byte[] TokenAt(GgufValue tokens, int index)
    {
        cursor.Seek(tokens.Offset);
        for (int i = 0; i < index; i++)
            cursor.Skip((long)cursor.ReadUInt64());
        ReadOnlySpan<byte> token = ReadToken(index);
        return token.IsEmpty ? System.Text.Encoding.UTF8.GetBytes($"[EMPTY_{index}]") : token.ToArray();
    }

    /// <summary>0 to 255 for a token of the form &lt;0xNN&gt;, -1 for any other.</summary>
    private static int ByteValue(ReadOnlySpan<byte> token)
    {
        if (token.Length != 6 || !token.StartsWith("<0x"u8) || token[5] != (byte)'>')
            return -1;
        int high = HexDigit(token[3]), low = HexDigit(token[4]);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    private static int HexDigit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        _ => -1,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Hash(ReadOnlySpan<byte> bytes, ulong seed)
    {
        ulong state = seed ^ ((ulong)bytes.Length * 0x9E3779B97F4A7C15);
        for (; bytes.Length >= 8; bytes = bytes[8..])
            state = Mix(state ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        Span<byte> tail = stackalloc byte[8];
        tail.Clear();
        bytes.CopyTo(tail);
        return Mix(state ^ BinaryPrimitives.ReadUInt64LittleEndian(tail));
    }

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong x)
    {
        x = BitOperations.RotateLeft(x, 23) + 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private static string Printable(ReadOnlySpan<byte> token) =>
        string.Create(Math.Min(24, token.Length), token, static (text, bytes) =>
        {
            for (int i = 0; i < text.Length; i++)
                text[i] = bytes[i] is >= 0x20 and < 0x7f ? (char)bytes[i] : '?';
        });
}
