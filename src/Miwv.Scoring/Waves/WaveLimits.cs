namespace Miwv.Scoring.Waves;

/// <summary>What one decode may hold.</summary>
/// <param name="Tokens">Tokens (n_ubatch).</param>
/// <param name="Outputs">Rows of logits (n_outputs_max).</param>
/// <param name="Leaves">Sequence ids, at most 256.</param>
public sealed record WaveLimits(int Tokens, int Outputs, int Leaves = 256);
