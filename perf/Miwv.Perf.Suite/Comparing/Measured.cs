namespace Miwv.Perf.Suite.Comparing;

/// <summary>One benchmark of one run.</summary>
/// <param name="Ours">Least processor time of a call of the subject, ns; null = not measured.</param>
/// <param name="Theirs">Least processor time of a call of the reference, ns.</param>
/// <param name="Low">Lowest ratio of the rounds.</param>
/// <param name="High">Highest ratio of the rounds.</param>
/// <param name="Bytes">Managed bytes that one operation of the subject allocates; null = not counted.</param>
/// <param name="MostBytes">What it may allocate; null = any amount.</param>
/// <param name="Note">Why it was not measured.</param>
internal sealed record Measured(string Name, string Against, double? Ours, double? Theirs, double Low, double High, long? Bytes = null, long? MostBytes = null, string? Note = null)
{
    /// <summary>
    /// The subject's best over the reference's best of all rounds; lower is better. Noise only ever adds to processor time, so the best
    /// calls of many short ones are what both sides take undisturbed.
    /// </summary>
    public double? Ratio => Ours / Theirs;

    public bool AllocatesTooMuch => Bytes > MostBytes;

    /// <exception cref="InvalidOperationException">No rounds.</exception>
    public static Measured Of(string name, string against, IReadOnlyList<(double Ours, double Theirs)> rounds, long? bytes = null, long? mostBytes = null) =>
        new(name, against, rounds.Min(r => r.Ours), rounds.Min(r => r.Theirs), rounds.Min(r => r.Ours / r.Theirs), rounds.Max(r => r.Ours / r.Theirs), bytes, mostBytes);

    public static Measured Not(string name, string against, string why) => new(name, against, null, null, 0, 0, Note: why);

    /// <summary>Both measurements of the same benchmark taken together.</summary>
    public Measured With(Measured again) => this with
    {
        Ours = Math.Min(Ours!.Value, again.Ours!.Value), Theirs = Math.Min(Theirs!.Value, again.Theirs!.Value), Low = Math.Min(Low, again.Low), High = Math.Max(High, again.High),
    };
}
