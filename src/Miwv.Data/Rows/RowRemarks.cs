using System.Numerics;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>Counts over all rows of a file what <see cref="RowNotes"/> tells of each, and puts it into words.</summary>
public sealed class RowRemarks
{
    private const int NamesToList = 8;

    private static readonly int Kinds = Enum.GetValues<RowNotes>().Length - 1; // without None

    private readonly int[] _counts = new int[Kinds];
    private readonly int[] _first = new int[Kinds];

    /// <summary>Takes one row, in order.</summary>
    public void Add(Row row)
    {
        // Almost no row has any.
        for (uint notes = (uint)row.Notes; notes != 0; notes &= notes - 1)
        {
            int kind = BitOperations.TrailingZeroCount(notes);
            if (_counts[kind]++ == 0)
                _first[kind] = row.Index;
        }
    }

    /// <summary>What to tell about the rows: a line for what is not scored, one for each way to lack an answer.</summary>
    /// <param name="rows">The file they are from.</param>
    /// <exception cref="UserException">The file was changed since it was opened.</exception>
    public IReadOnlyList<string> Lines(RowFile rows)
    {
        var parts = new List<string>();
        void Part(RowNotes note, string what)
        {
            if (Count(note) > 0) parts.Add($"{Rows(note)} {what}");
        }
        Part(RowNotes.ToolCalls, "tool_calls, which are not in the scored text");
        Part(RowNotes.Reasoning, "reasoning in a field beside the answer, which is not in the scored text");
        Part(RowNotes.Masked, "assistant turns of weight 0, which are scored all the same");
        Part(RowNotes.Tools, "tools, which are not in the scored prompt");
        var lines = new List<string>();
        if (parts.Count > 0)
            lines.Add($"{rows.Path}: {string.Join("; ", parts)}");
        RowColumn answer = ColumnWatch.Answer(rows.Shape);
        string own = Quoted.Short(rows.Columns.Name(answer) ?? ColumnMap.Word(answer));
        if (Count(RowNotes.OtherShape) > 0)
        {
            int first = First(RowNotes.OtherShape);
            string others = string.Join(", ", Names(rows, first).Where(name => name != own && IsAnswer(rows.Columns, name)).Select(Quoted.Short));
            lines.Add($"{rows.Path}: {Rows(RowNotes.OtherShape)} no {own} but {others}, and so an empty answer (the first is on {rows.Place(first)}); rows of one file are read in one shape, put these into a file of their own");
        }
        if (Count(RowNotes.NoAnswer) > 0)
        {
            int first = First(RowNotes.NoAnswer);
            string[] names = [.. Names(rows, first)];
            string found = names.Length == 0 ? "has no columns" : $"has {string.Join(", ", names.Take(NamesToList).Select(Quoted.Short))}{(names.Length > NamesToList ? ", ..." : "")}";
            lines.Add($"{rows.Path}: {Rows(RowNotes.NoAnswer)} no {own}, and so an empty answer (the first, on {rows.Place(first)}, {found}); name their columns like the other rows', or remove them");
        }
        return lines;
    }

    private static bool IsAnswer(ColumnMap columns, string name) =>
        ColumnMap.All.Any(column => (ColumnWatch.AnswerBits & ColumnWatch.Bit(column)) != 0 && columns.Name(column) == name);

    private static IEnumerable<string> Names(RowFile rows, int index)
    {
        using var row = JsonDocument.Parse(rows.RawJson(index).ToArray(), new JsonDocumentOptions { MaxDepth = RowProbe.MaxDepth + 2 });
        return [.. row.RootElement.EnumerateObject().Select(JsonText.NameOf).OfType<string>().Distinct()];
    }

    private int Count(RowNotes note) => _counts[BitOperations.TrailingZeroCount((uint)note)];

    private int First(RowNotes note) => _first[BitOperations.TrailingZeroCount((uint)note)];

    private string Rows(RowNotes note) => Count(note) == 1 ? "1 row has" : $"{Count(note)} rows have";
}
