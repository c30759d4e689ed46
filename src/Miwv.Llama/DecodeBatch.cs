using System.Runtime.InteropServices;
using Miwv.Llama.Native;

namespace Miwv.Llama;

/// <summary>
/// The tokens of one decode, in native memory that is reused from wave to wave.
/// Sequence ids of a token are always a range, so all tokens point into one identity table.
/// </summary>
public sealed unsafe class DecodeBatch : IDisposable
{
    /// <summary>Sequence ids there are (LLAMA_MAX_SEQ).</summary>
    public const int MaxSequences = 256;

    private readonly int capacity;
    private readonly int* tokens, positions, sequenceCounts, identity;
    private readonly int** sequences;
    private readonly sbyte* outputs;
    private bool disposed;

    public DecodeBatch(int capacity)
    {
        this.capacity = capacity;
        tokens = Allocate<int>(capacity);
        positions = Allocate<int>(capacity);
        sequenceCounts = Allocate<int>(capacity);
        outputs = Allocate<sbyte>(capacity);
        sequences = (int**)NativeMemory.Alloc((nuint)capacity, (nuint)sizeof(int*));
        identity = Allocate<int>(MaxSequences);
        for (int i = 0; i < MaxSequences; i++) identity[i] = i;
    }

    public int Count { get; private set; }

    /// <summary>Tokens whose logits are asked for.</summary>
    public int OutputCount { get; private set; }

    public void Clear() => Count = OutputCount = 0;

    /// <summary>Appends a token that belongs to sequences [first, first + count).</summary>
    /// <returns>The token's index in the batch.</returns>
    public int Add(int token, int position, int firstSequence, int sequenceCount, bool output)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (Count == capacity || firstSequence < 0 || sequenceCount < 1 || firstSequence + sequenceCount > MaxSequences)
            throw new ArgumentOutOfRangeException(nameof(firstSequence), $"token {Count} of {capacity}, sequences {firstSequence}+{sequenceCount}");
        int at = Count++;
        tokens[at] = token;
        positions[at] = position;
        sequenceCounts[at] = sequenceCount;
        sequences[at] = identity + firstSequence;
        outputs[at] = output ? (sbyte)1 : (sbyte)0;
        if (output) OutputCount++;
        return at;
    }

    internal Batch Native => new()
    {
        n_tokens = Count,
        token = tokens,
        pos = positions,
        n_seq_id = sequenceCounts,
        seq_id = sequences,
        logits = outputs,
    };

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        NativeMemory.Free(tokens);
        NativeMemory.Free(positions);
        NativeMemory.Free(sequenceCounts);
        NativeMemory.Free(outputs);
        NativeMemory.Free(sequences);
        NativeMemory.Free(identity);
        GC.SuppressFinalize(this);
    }

    ~DecodeBatch() => Dispose();

    private static T* Allocate<T>(int count) where T : unmanaged => (T*)NativeMemory.Alloc((nuint)count, (nuint)sizeof(T));
}
