namespace Miwv.Engine.Resources;

/// <summary>The busiest NVIDIA card of this machine.</summary>
/// <param name="Cards">Cards there are.</param>
/// <param name="Busy">Share of the last moments in which a kernel ran, 0 to 1.</param>
public sealed record CardUse(string Name, int Cards, double Busy, long UsedBytes, long TotalBytes);
