namespace Miwv.Retrieval;

/// <summary>Clusters of rows.</summary>
/// <param name="Assignment">Per row: its cluster, or -1 for a zero row.</param>
/// <param name="Centroids">Cluster by cluster the mean of its rows, <c>clusters x dimension</c>, row-major; not normalised.</param>
/// <param name="Sizes">Rows per cluster.</param>
/// <param name="Inertia">Sum of the squared distances of rows to their centroids.</param>
/// <param name="Iterations">Assignments made.</param>
/// <param name="Converged">Whether the last assignment changed nothing.</param>
public sealed record KMeansResult(int[] Assignment, float[] Centroids, int[] Sizes, double Inertia, int Iterations, bool Converged);
