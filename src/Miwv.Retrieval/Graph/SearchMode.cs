namespace Miwv.Retrieval;

/// <summary>How neighbours are searched.</summary>
public enum SearchMode
{
    /// <summary>Exact up to the size where an index is faster, HNSW beyond.</summary>
    Auto,

    /// <summary>All pairs.</summary>
    Exact,

    /// <summary>An HNSW index, approximate.</summary>
    Hnsw,
}
