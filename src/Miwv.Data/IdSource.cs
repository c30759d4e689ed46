namespace Miwv.Data;

/// <summary>Where row ids come from.</summary>
public enum IdSource
{
    /// <summary>The row's own id, its position if it has none.</summary>
    Own,

    /// <summary>The position always; ids in the file are ignored.</summary>
    Position,
}
