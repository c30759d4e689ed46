namespace Miwv.Data;

/// <summary>How a file holds its rows.</summary>
public enum RowContainer
{
    /// <summary>One JSON array.</summary>
    Array,

    /// <summary>JSON Lines: one object a line.</summary>
    Lines,
}
