using Miwv.Perf.Suite.Comparing;

namespace Miwv.Perf.Suite;

/// <summary>A line of the suite's table.</summary>
/// <param name="Measure">Measures it in so many rounds.</param>
internal sealed record Subject(string Name, int Rounds, Func<int, Measured> Measure);
