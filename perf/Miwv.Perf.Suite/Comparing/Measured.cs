namespace Miwv.Perf.Suite.Comparing;

/// <summary>One benchmark of one run.</summary>
/// <param name="Ratio">Processor time of the subject over that of the reference measured in turn with it; lower is better. Null = not measured.</param>
/// <param name="Low">Lowest ratio of the rounds.</param>
/// <param name="High">Highest ratio of the rounds.</param>
/// <param name="Bytes">Managed bytes that one operation of the subject allocates; null = not counted.</param>
/// <param name="MostBytes">What it may allocate; null = any amount.</param>
/// <param name="Note">Why it was not measured.</param>
internal sealed record Measured(string Name, string Against, double? Ratio, double Low, double High, long? Bytes = null, long? MostBytes = null, string? Note = null)
{
    /// <exception cref="ArgumentException">No rounds.</exception>
    public static Measured Of(string name, string against, IReadOnlyList<double> rounds, long? bytes = null, long? mostBytes = null) =>
        new(name, against, Median.Of(rounds), rounds.Min(), rounds.Max(), bytes, mostBytes);

    public static Measured Not(string name, string against, string why) => new(name, against, null, 0, 0, Note: why);

    public bool AllocatesTooMuch => Bytes > MostBytes;
}
