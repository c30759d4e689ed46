using System.IO.Compression;

namespace Miwv.Data;

/// <summary>Writes chosen rows in the input's container (a JSON array or JSON Lines): as they stand there, byte for byte, or in another format.</summary>
public static class SelectionWriter
{
    /// <summary>
    /// Writes the rows to a file, gzip if its name ends in .gz. The file appears whole or not at all: it is written under
    /// another name in the same folder, flushed to the disk and renamed.
    /// </summary>
    /// <param name="cancel">Ends the wait for the reader of a pipe.</param>
    /// <returns>What another format could not hold, one line each; empty if nothing was lost.</returns>
    /// <exception cref="UserException">The file cannot be written, is the input itself, or the input was changed; or a row cannot be put into the format at all.</exception>
    public static IReadOnlyList<string> Write(RowFile rows, IEnumerable<int> chosen, string path, SelectionFormat format = SelectionFormat.Same, CancellationToken cancel = default)
    {
        string target = WholeFile.Target(path);
        if (target == WholeFile.Target(rows.Path))
            throw new UserException($"{path}: is the input itself; name another file for the selection");
        if (Directory.Exists(target))
            throw new UserException($"{path}: is a folder; name a file for the selection");
        IReadOnlyList<string> lost = [];
        WholeFile.Write(path, "the selection", file =>
        {
            if (!target.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                lost = Write(rows, chosen, file, format);
                return;
            }
            using var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
            lost = Write(rows, chosen, gzip, format);
        }, cancel);
        return lost;
    }

    /// <summary>Writes the rows to a stream.</summary>
    /// <returns>What another format could not hold, one line each.</returns>
    /// <exception cref="UserException">The input was changed since it was opened, or a row cannot be put into the format.</exception>
    public static IReadOnlyList<string> Write(RowFile rows, IEnumerable<int> chosen, Stream output, SelectionFormat format = SelectionFormat.Same)
    {
        rows.ThrowIfChanged();
        RowConverter? converter = format == SelectionFormat.Same ? null : new RowConverter(rows, format);
        bool array = rows.Container == RowContainer.Array;
        bool first = true;
        if (array)
            output.Write("["u8);
        foreach (int index in chosen)
        {
            if (array)
                output.Write(first ? "\n  "u8 : ",\n  "u8);
            output.Write(converter is null ? rows.RawJson(index) : converter.Convert(index));
            if (!array)
                output.Write("\n"u8);
            first = false;
        }
        if (array)
            output.Write(first ? "]\n"u8 : "\n]\n"u8);
        return converter?.Losses.Lines() ?? [];
    }
}
