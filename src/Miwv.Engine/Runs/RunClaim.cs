namespace Miwv.Engine.Runs;

/// <summary>What a run directory held when it was claimed.</summary>
/// <param name="Found">A run was there.</param>
/// <param name="Changes">Every setting that changed; only where nothing made from the old value is kept.</param>
public sealed record RunClaim(bool Found, IReadOnlyList<SettingDifference> Changes);
