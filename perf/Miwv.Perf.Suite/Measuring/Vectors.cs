using Miwv.Perf.Retrieval;
using Miwv.Retrieval;

namespace Miwv.Perf.Suite.Measuring;

/// <summary>Generated embeddings in a store, and the same as .npy.</summary>
internal static class Vectors
{
    private static readonly Dictionary<(int, int), (EmbeddingStore, string)> Made = [];

    public static (EmbeddingStore Store, string Npy) Of(int rows, int dimension)
    {
        if (Made.TryGetValue((rows, dimension), out var known)) return known;
        string npy = Scratch.File($"vectors-{rows}-{dimension}.npy"), path = npy + ".miwv";
        SyntheticVectors.Write(npy, rows, dimension, 1);
        NpyFile.Import(npy, path, rows, StoreType.F32, "suite");
        return Made[(rows, dimension)] = (EmbeddingStore.Open(path), npy);
    }
}
