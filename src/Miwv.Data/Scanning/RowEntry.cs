namespace Miwv.Data;

/// <summary>Where a row lies: 24 bytes a row are all that is kept of it.</summary>
/// <param name="Offset">First byte of the row in the decompressed file.</param>
/// <param name="Length">Bytes of its JSON text.</param>
/// <param name="Line">1-based line of its first byte.</param>
/// <param name="IdOffset">First byte of its own id within the row, −1 if the position is its id.</param>
internal readonly record struct RowEntry(long Offset, int Length, int Line, int IdOffset);
