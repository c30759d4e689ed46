namespace Miwv.Retrieval;

/// <summary>The parameters of Malkov and Yashunin (arXiv 1603.09320), under the names and with the build defaults of hnswlib.</summary>
/// <param name="M">Links a new vector makes on each layer, 2 to 256; the bottom layer holds up to twice as many.</param>
/// <param name="EfConstruction">Candidates kept while linking a new vector, at least M.</param>
/// <param name="EfSearch">Candidates kept while searching; more is slower and finds more.</param>
/// <param name="Seed">Draws the layers; same seed and vectors, same index, whatever the number of threads.</param>
public sealed record HnswOptions(int M = 16, int EfConstruction = 200, int EfSearch = 64, ulong Seed = 100)
{
    internal const int MaxM = 256;
    internal const int MaxEf = 1 << 20;

    /// <exception cref="ArgumentException">A parameter that no index can have.</exception>
    public void Check()
    {
        if (M is < 2 or > MaxM)
            throw new ArgumentException($"M = {M}; 2 to {MaxM} is possible");
        if (EfConstruction < M || EfConstruction > MaxEf)
            throw new ArgumentException($"efConstruction = {EfConstruction}; M ({M}) to {MaxEf} is possible");
        if (EfSearch is < 1 or > MaxEf)
            throw new ArgumentException($"efSearch = {EfSearch}; 1 to {MaxEf} is possible");
    }
}
