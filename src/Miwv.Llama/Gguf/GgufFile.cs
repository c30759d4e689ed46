using Microsoft.Win32.SafeHandles;
using Miwv.Data;

namespace Miwv.Llama.Gguf;

/// <summary>
/// A GGUF file whose header, metadata and tensor table were checked against the file's real size, so that the
/// native reader, which ends the process on some hostile files, never sees them. Holds no open file and no
/// weights; texts and arrays are read from the file when asked for.
/// </summary>
public sealed class GgufFile
{
    private readonly Dictionary<string, GgufValue> _values;
    private readonly Dictionary<string, GgufTensor> _tensors;
    private readonly DateTime _written;

    private GgufFile(string path, long length, DateTime written, GgufParser parser, IReadOnlyList<string> parts)
    {
        (Path, FileBytes, _written, Parts) = (path, length, written, parts);
        (_values, _tensors) = (parser.Values, parser.Tensors);
        (Version, Alignment, DataOffset) = (parser.Version, parser.Alignment, parser.DataOffset);
        Architecture = GetString("general.architecture") ?? "";
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>Size of the file in bytes.</summary>
    public long FileBytes { get; }

    /// <summary>GGUF version, 2 or 3.</summary>
    public uint Version { get; }

    /// <summary>Alignment of the tensor data in bytes.</summary>
    public uint Alignment { get; }

    /// <summary>File offset of the tensor data.</summary>
    public long DataOffset { get; }

    /// <summary><c>general.architecture</c>: llama, qwen2, bert, ...</summary>
    public string Architecture { get; }

    /// <summary><c>general.name</c>, if there is one.</summary>
    public string? Name => GetString("general.name");

    /// <summary><c>general.file_type</c>: the number of llama.cpp's file type (0 = F32, 1 = mostly F16, 7 = mostly Q8_0).</summary>
    public uint? FileType => GetUInt32("general.file_type");

    /// <summary>Number of files the model is split into; 1 if it is not.</summary>
    public int SplitCount => (int)(GetUInt16("split.count") ?? 1);

    /// <summary>The files of the model: this one, and the others that it is split into if it is the first.</summary>
    public IReadOnlyList<string> Parts { get; }

    /// <summary>Trained context in tokens.</summary>
    public uint? ContextLength => GetUInt32($"{Architecture}.context_length");

    /// <summary>Width of the hidden state.</summary>
    public uint? EmbeddingLength => GetUInt32($"{Architecture}.embedding_length");

    /// <summary>Number of layers.</summary>
    public uint? BlockCount => GetUInt32($"{Architecture}.block_count");

    /// <summary>Attention heads; the largest value where layers differ.</summary>
    public uint? HeadCount => GetLargest($"{Architecture}.attention.head_count");

    /// <summary>Key/value heads; the largest value where layers differ, <see cref="HeadCount"/> if not given.</summary>
    public uint? HeadCountKv => GetLargest($"{Architecture}.attention.head_count_kv") ?? HeadCount;

    /// <summary>How the file wants its token states pooled; null if it does not say.</summary>
    public GgufPooling? PoolingType => (GgufPooling?)GetUInt32($"{Architecture}.pooling_type");

    /// <summary>False where the file says that attention looks ahead.</summary>
    public bool IsCausal => GetBool($"{Architecture}.attention.causal") ?? !GgufArchitectures.EncoderOnly.Contains(Architecture);

    /// <summary>The file's own chat template (Jinja): text for this program, never run.</summary>
    public string? ChatTemplate => GetString("tokenizer.chat_template");

    /// <summary>Number of tokens of the vocabulary; 0 without a tokenizer.</summary>
    public int VocabularySize => (int)(GetArrayLength(GgufVocabularyCheck.TokensKey) ?? 0);

    /// <summary>Whether the file has a vocabulary to tokenize text with.</summary>
    public bool HasTokenizer => VocabularySize > 0 && GetString("tokenizer.ggml.model") is not (null or "none" or "no_vocab");

    /// <summary>All tensors, by name; of all parts if this is the first.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors => _tensors;

    /// <summary>Elements of all tensors.</summary>
    public long ParameterCount => Sum(static t => t.Elements);

    /// <summary>Elements of all tensors but the token and position embeddings and the output head: what every token passes through.</summary>
    public long BodyParameterCount => Sum(static t => IsBody(t.Name) ? t.Elements : 0);

    /// <summary>Bytes of all tensors, without padding.</summary>
    public long TensorBytes => Sum(static t => t.Bytes);

    /// <summary>Whether positions are a learned table, which ends at the trained context.</summary>
    public bool HasLearnedPositions => HasTensor("position_embd.weight");

    /// <summary>Its activation is GELU, computed to f16 on the CPU: losses differ by up to 2e-3 nats with the shape of a batch.</summary>
    public bool HasGelu => GgufArchitectures.Gelu.Contains(Architecture);

    /// <summary>Whether the architecture is an encoder without a next-token head.</summary>
    public bool IsEncoderOnly => GgufArchitectures.EncoderOnly.Contains(Architecture);

    /// <summary>Whether the architecture keeps one state per sequence in some or all layers, so prefixes cannot be shared by cell.</summary>
    public bool IsRecurrentOrHybrid =>
        GgufArchitectures.Recurrent.Contains(Architecture) || GgufArchitectures.Hybrid.Contains(Architecture);

    /// <summary>Whether a tensor of this name is there.</summary>
    public bool HasTensor(string name) => _tensors.ContainsKey(name);

    /// <summary>Reads and checks header, metadata, tokenizer and tensor table.</summary>
    /// <exception cref="UserException">The file is missing, not GGUF, cut short, damaged or hostile.</exception>
    public static GgufFile Open(string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (Directory.Exists(path))
                throw new UserException($"{path}: a directory: name the .gguf file in it");
            if (!info.Exists)
                throw new UserException($"{path}: no such file: name a model in GGUF format");
            // Also keeps pipes and devices out: they have no length and opening one may wait forever.
            if (info.Length == 0)
                throw new UserException($"{path}: the file is empty: name a model in GGUF format");
            using SafeFileHandle handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var cursor = new GgufCursor(path, handle, RandomAccess.GetLength(handle));
            var parser = new GgufParser(cursor);
            parser.Parse();
            CheckArchitecture(cursor, parser.Values);
            new GgufVocabularyCheck(cursor, parser.Values).Check();
            return new GgufFile(path, cursor.Length, info.LastWriteTimeUtc, parser, GgufParts.Read(path, parser));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.SecurityException or ArgumentException or NotSupportedException)
        {
            throw new UserException($"{path}: cannot be read: {IoReason.Of(e, path)}", e);
        }
    }

    /// <summary>A text value; null if the key is absent. Bytes that are not UTF-8 are replaced.</summary>
    /// <exception cref="UserException">The key holds something else, or the file changed since it was opened.</exception>
    public string? GetString(string key)
    {
        if (!Find(key, GgufValueType.String, out GgufValue value))
            return null;
        var bytes = new byte[value.Count];
        ReadAt(value.Offset, bytes);
        return System.Text.Encoding.UTF8.GetString(bytes);
    }

    /// <summary>An unsigned 32-bit value; null if the key is absent.</summary>
    /// <exception cref="UserException">The key holds something else: libllama refuses that too.</exception>
    public uint? GetUInt32(string key) => Find(key, GgufValueType.UInt32, out GgufValue value) ? (uint)value.Bits : null;

    /// <summary>An unsigned 16-bit value; null if the key is absent.</summary>
    /// <exception cref="UserException">The key holds something else.</exception>
    public ushort? GetUInt16(string key) => Find(key, GgufValueType.UInt16, out GgufValue value) ? (ushort)value.Bits : null;

    /// <summary>A 32-bit float; null if the key is absent.</summary>
    /// <exception cref="UserException">The key holds something else.</exception>
    public float? GetFloat(string key) =>
        Find(key, GgufValueType.Float32, out GgufValue value) ? BitConverter.UInt32BitsToSingle((uint)value.Bits) : null;

    /// <summary>A truth value; null if the key is absent.</summary>
    /// <exception cref="UserException">The key holds something else.</exception>
    public bool? GetBool(string key) => Find(key, GgufValueType.Bool, out GgufValue value) ? value.Bits != 0 : null;

    /// <summary>Number of elements of an array; null if the key is absent.</summary>
    /// <exception cref="UserException">The key holds something else.</exception>
    public long? GetArrayLength(string key) => Find(key, GgufValueType.Array, out GgufValue value) ? value.Count : null;

    /// <summary>All metadata keys, in file order.</summary>
    public IEnumerable<string> Keys => _values.Keys;

    /// <summary>A value as the file encodes it, its type in front: for copying it into another file.</summary>
    /// <exception cref="UserException">The key is absent, or the file changed since it was opened.</exception>
    public byte[] GetEncoded(string key)
    {
        if (!_values.TryGetValue(key, out GgufValue value))
            throw new UserException($"{Path}: has no key \"{key}\"");
        if (value.End - value.Start > Array.MaxLength)
            throw new UserException($"{Path}: key \"{key}\" has {value.End - value.Start} bytes, too many to copy");
        var bytes = new byte[value.End - value.Start];
        ReadAt(value.Start, bytes);
        return bytes;
    }

    /// <summary>Refuses, with one line, what cannot give the probability of the next token.</summary>
    /// <exception cref="UserException">Embedding model, vocabulary only, no tokenizer, adapter, impossible shape.</exception>
    public void RequireScoringModel() => new GgufModelRules(this).RequireScoringModel();

    /// <summary>Refuses, with one line, what cannot embed a text. A language model can: its mean hidden state.</summary>
    /// <exception cref="UserException">Vocabulary only, no tokenizer, reranker, adapter, impossible shape.</exception>
    public void RequireEmbedder() => new GgufModelRules(this).RequireEmbedder();

    internal bool TryGetValue(string key, out GgufValue value) => _values.TryGetValue(key, out value);

    /// <summary>A per-layer key: one number for all layers, or one for each. Null if absent.</summary>
    internal uint[]? GetPerLayer(string key)
    {
        if (!_values.TryGetValue(key, out GgufValue value))
            return null;
        if (value.Type == GgufValueType.UInt32)
            return [(uint)value.Bits];
        if (!(value.IsArrayOf(GgufValueType.UInt32) || value.IsArrayOf(GgufValueType.Int32)) || value.Count is 0 or > 512)
            throw new UserException($"{Path}: key \"{key}\" is {value.TypeName} of {value.Count}, not a number or one for each layer: the file is damaged");
        var bytes = new byte[value.Count * sizeof(uint)];
        ReadAt(value.Offset, bytes);
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(bytes).ToArray();
    }

    private static void CheckArchitecture(GgufCursor cursor, Dictionary<string, GgufValue> values)
    {
        if (!values.TryGetValue("general.architecture", out GgufValue value))
            throw cursor.Error("has no general.architecture: it is not a model for llama.cpp");
        if (value.Type != GgufValueType.String || value.Count is 0 or > 64)
            throw cursor.Error($"general.architecture is {value.TypeName} of {value.Count} bytes, not a short name: the file is damaged");
        cursor.Place = "general.architecture";
        cursor.Seek(value.Offset);
        if (cursor.ReadSpan((int)value.Count).ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
            throw cursor.Error("general.architecture is not a plain name: the file is damaged");
    }

    private uint? GetLargest(string key) => GetPerLayer(key)?.Max();

    private bool Find(string key, GgufValueType type, out GgufValue value)
    {
        if (!_values.TryGetValue(key, out value))
            return false;
        if (value.Type != type)
            throw new UserException($"{Path}: key \"{key}\" is {value.TypeName}, not {type}: the file is damaged");
        return true;
    }

    private void ReadAt(long offset, Span<byte> destination)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(Path);
            bool same = RandomAccess.GetLength(handle) == FileBytes && File.GetLastWriteTimeUtc(Path) == _written;
            while (same && destination.Length > 0)
            {
                int read = RandomAccess.Read(handle, destination, offset);
                same = read > 0;
                destination = destination[read..];
                offset += read;
            }
            if (!same)
                throw new UserException($"{Path}: changed while it was in use: start again");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{Path}: cannot be read: {IoReason.Of(e, Path)}", e);
        }
    }

    private long Sum(Func<GgufTensor, long> part)
    {
        long sum = 0;
        foreach (GgufTensor tensor in _tensors.Values)
            sum += part(tensor);
        return sum;
    }

    private static bool IsBody(string name) =>
        name is not ("token_embd.weight" or "position_embd.weight" or "token_types.weight" or "output.weight" or "output.bias");
}
