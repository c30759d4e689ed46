namespace Miwv.Engine.Resources;

/// <summary>What a process takes of the machine.</summary>
/// <param name="CpuShare">CPU seconds a second; 2 = two cores.</param>
/// <param name="MemoryBytes">Resident memory.</param>
/// <param name="Card">Null without an NVIDIA card.</param>
public sealed record ResourceUse(double CpuShare, long MemoryBytes, CardUse? Card);
