namespace Miwv.Data;

/// <summary>How a data file is read.</summary>
public sealed record RowFileOptions
{
    /// <summary>The shape of the rows; null detects it.</summary>
    public RowShape? Shape { get; init; }

    /// <summary>The names of the columns.</summary>
    public ColumnMap Columns { get; init; } = ColumnMap.Default;

    /// <summary>Where ids come from.</summary>
    public IdSource Ids { get; init; }

    /// <summary>Read only the first so many rows; what follows is neither checked nor counted, but still hashed.</summary>
    public int? Limit { get; init; }

    /// <summary>Folder for the unpacked copy of a compressed file; null is the system's temporary folder.</summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>The rows are chosen ones of a file that was read by the same columns: not every named column has to be there.</summary>
    internal bool IsPart { get; init; }

    /// <summary>Bytes asked from the file at a time; tests make it small to move the buffer boundaries.</summary>
    internal int BufferBytes { get; init; } = 64 * 1024;

    /// <summary>Longest row accepted. It bounds the memory that a hostile file can take.</summary>
    internal int MaxRowBytes { get; init; } = 64 * 1024 * 1024;
}
