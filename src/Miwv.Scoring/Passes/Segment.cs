namespace Miwv.Scoring.Passes;

/// <summary>The first <paramref name="Length"/> tokens of text <paramref name="Text"/> of a <see cref="TokenTable"/>.</summary>
public readonly record struct Segment(int Text, int Length);
