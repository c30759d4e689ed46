namespace Miwv.Engine;

/// <summary>How far a stage is. Work is what the estimate of the remaining time goes by.</summary>
/// <param name="Stage">read, embed, neighbors, tokenize, score.</param>
/// <param name="Done">Work done, in <paramref name="Unit"/>.</param>
/// <param name="Total">Work there is; 0 = unknown.</param>
/// <param name="Unit">bytes, rows, tokens.</param>
/// <param name="Rows">Rows finished, where that differs from the work.</param>
/// <param name="Kept">Work that was found finished when the stage began (resume); it took no time now.</param>
public readonly record struct StageProgress(string Stage, long Done, long Total, string Unit, long Rows = 0, long Kept = 0);
