namespace Miwv.Engine.Results;

/// <summary>How several metrics become one.</summary>
public enum Combination
{
    RankSum,
    Product,
    Weights,
}
