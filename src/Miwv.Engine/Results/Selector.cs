namespace Miwv.Engine.Results;

/// <summary>Which rows of a ranking are chosen.</summary>
public enum Selector
{
    /// <summary>The best.</summary>
    Top,

    /// <summary>The best that are not too near to a better one.</summary>
    CosineCap,

    /// <summary>Always the row farthest from those chosen.</summary>
    KCenter,

    /// <summary>Rows that stand for as many others as possible.</summary>
    Facility,

    /// <summary>Rows from graph-cut bins (dataset quantization).</summary>
    GraphCut,

    /// <summary>Rows that add tags, those with the most tags first; clusters in turn, the best of each first, where they are the tags.</summary>
    Sweep,

    /// <summary>Clusters by their size, the best of each.</summary>
    Quota,

    /// <summary>By chance.</summary>
    Random,

    /// <summary>The longest answers.</summary>
    Longest,
}
