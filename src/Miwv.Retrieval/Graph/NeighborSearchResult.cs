namespace Miwv.Retrieval;

/// <summary>Neighbours, and how they were found.</summary>
/// <param name="Graph">The k nearest rows of every row.</param>
/// <param name="Method"><see cref="SearchMode.Exact"/> or <see cref="SearchMode.Hnsw"/>.</param>
/// <param name="Reason">Why that method, in one sentence.</param>
/// <param name="Recall">Measured on a sample in every approximate run; null for an exact one.</param>
/// <param name="IndexSeconds">Wall time of building, extending or mapping the index; 0 for an exact run.</param>
/// <param name="SearchSeconds">Wall time of the search itself.</param>
public sealed record NeighborSearchResult(KnnGraph Graph, SearchMode Method, string Reason, MeasuredRecall? Recall, double IndexSeconds, double SearchSeconds);
