namespace Miwv.Data;

/// <summary>A data set as a trainer's configuration describes it.</summary>
/// <param name="File">The data file; a relative name was resolved against the configuration's folder.</param>
/// <param name="Columns">Its columns and the spellings of its turns.</param>
/// <param name="Notes">What of the configuration has no effect on the scores, one line each.</param>
public sealed record DatasetEntry(string File, ColumnMap Columns, IReadOnlyList<string> Notes);
