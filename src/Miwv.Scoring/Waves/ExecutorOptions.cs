namespace Miwv.Scoring.Waves;

/// <summary>How the waves are computed.</summary>
/// <param name="Threads">CPU threads of the library and of the gather.</param>
/// <param name="Exact">Flash attention off and f32 KV cache: results do not depend on the wave's shape.</param>
/// <param name="FlashAttention">Ignored if exact.</param>
/// <param name="Gather">Where the log-probs are gathered.</param>
public sealed record ExecutorOptions(int Threads, bool Exact, Llama.FlashAttention FlashAttention = Llama.FlashAttention.Auto, GatherPath Gather = GatherPath.Auto);
