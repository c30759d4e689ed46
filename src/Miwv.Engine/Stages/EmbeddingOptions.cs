namespace Miwv.Engine.Stages;

/// <summary>How the embedding model is run.</summary>
/// <param name="Window">Tokens of a text that it sees.</param>
/// <param name="IsLanguageModel">It has a next-token head, which is left out.</param>
/// <param name="Exact">Without flash attention, and with keys and values in f32.</param>
internal sealed record EmbeddingOptions(int Window, bool IsLanguageModel, bool Exact);
