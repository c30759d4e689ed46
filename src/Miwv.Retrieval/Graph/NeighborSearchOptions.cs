namespace Miwv.Retrieval;

/// <summary>What <see cref="NeighborSearch"/> is asked for.</summary>
/// <param name="K">Neighbours per row.</param>
/// <param name="Mode">Exact, HNSW, or the faster one.</param>
/// <param name="Hnsw">Parameters of an index; null = the defaults.</param>
/// <param name="IndexPath">Where an index is kept: used when it fits the store, extended when the store has more rows, else built and written. Null = built in memory.</param>
/// <param name="IndexReplaced">For an index file that is only a cache: when it is damaged, or of other vectors or parameters, it is built anew and this is told why. Null = such a file is refused.</param>
/// <param name="StartFrom">A saved index of the store's first rows, or of all: the rows it lacks are inserted and the result goes to <paramref name="IndexPath"/>, unless an index is there. Refused when it does not fit.</param>
/// <param name="RecallSample">Rows on which an approximate result is compared with the exact one.</param>
/// <param name="Threads">Worker threads; 0 = one per core.</param>
public sealed record NeighborSearchOptions(int K = 1, SearchMode Mode = SearchMode.Auto, HnswOptions? Hnsw = null, string? IndexPath = null, Action<string>? IndexReplaced = null, string? StartFrom = null, int RecallSample = 1000, int Threads = 0);
