namespace Miwv.Scoring.Waves;

/// <summary>
/// One decode. A trunk appends tokens [Base, End) that all its places share to the resident path;
/// a wave decodes everything below the resident path of depth Base for the places of its ranges and leaves nothing behind.
/// </summary>
/// <param name="Parent">The trunk step whose path must be resident, −1 = none.</param>
/// <param name="First">Trunk: first place of the order; wave: first range.</param>
/// <param name="Last">One behind the last place or range.</param>
public readonly record struct WaveStep(bool IsTrunk, int Parent, int Base, int End, int First, int Last, int Tokens, int Leaves);

/// <summary>Places [Lo, Hi) of the order; Shared = tokens the first of them has in common with the wave's place before it.</summary>
public readonly record struct WaveRange(int Lo, int Hi, int Shared);
