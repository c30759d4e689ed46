using System.Collections;

namespace Miwv.Scoring.Passes;

/// <summary>A list that grows by whole chunks: millions of numbers take their 4 bytes each, not twice that and a copy whenever they double.</summary>
internal sealed class ChunkedInts : IEnumerable<int>
{
    private const int Bits = 16, Size = 1 << Bits;

    private readonly List<int[]> chunks = [];

    public int Count { get; private set; }

    public int this[int index] => chunks[index >> Bits][index & (Size - 1)];

    public void Add(int value)
    {
        // the first chunk grows as a list does: most lists stay small
        int chunk = Count >> Bits, at = Count & (Size - 1);
        if (chunk == chunks.Count) chunks.Add(new int[chunk == 0 ? 16 : Size]);
        int[] last = chunks[chunk];
        if (at == last.Length)
        {
            Array.Resize(ref last, 2 * last.Length);
            chunks[chunk] = last;
        }
        last[at] = value;
        Count++;
    }

    public IEnumerator<int> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
