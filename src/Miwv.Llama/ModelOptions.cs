namespace Miwv.Llama;

/// <summary>How a model is loaded.</summary>
/// <param name="GpuLayers">Layers on the GPU; −1 = all.</param>
public sealed record ModelOptions(int GpuLayers = -1);
