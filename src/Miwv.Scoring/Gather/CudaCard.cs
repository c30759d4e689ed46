namespace Miwv.Scoring.Gather;

/// <summary>An NVIDIA card as its driver describes it.</summary>
/// <param name="Name">For example "NVIDIA GeForce RTX 4090".</param>
/// <param name="TotalBytes">Memory of the card.</param>
/// <param name="ComputeCapability">For example "8.9".</param>
/// <param name="Multiprocessors">Number of them.</param>
/// <param name="DriverCuda">Newest CUDA version the driver supports, for example "13.0".</param>
public sealed record CudaCard(string Name, long TotalBytes, string ComputeCapability, int Multiprocessors, string DriverCuda);
