namespace Miwv.Metrics.Selection;

/// <summary>Share of the best rows that came through a first stage.</summary>
/// <param name="Wanted">How many rows "the best" are.</param>
/// <param name="Recall">Estimate; exact if every rejected row was audited.</param>
/// <param name="Low">Lower end of the 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Audited">Rejected rows drawn.</param>
/// <param name="Missed">Those of them that rank among the best.</param>
public sealed record RecallEstimate(int Wanted, double Recall, double Low, double High, int Audited, int Missed);
