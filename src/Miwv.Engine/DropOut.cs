using System.Globalization;
using Miwv.Engine.Rows;
using Miwv.Retrieval;

namespace Miwv.Engine;

/// <summary>Says in one line a reason why many rows get no score: before hours are spent on the few that are left.</summary>
internal sealed class DropOut(RowPasses passes, RowFacts facts, KnnGraph neighbors, bool oneShots)
{
    /// <summary>Share of the rows from which on a reason is worth a line.</summary>
    private const double Worth = 0.1;

    // -c is rounded up to whole such steps, so that the number is one that a person would type
    private const int Step = 64;

    /// <param name="window">Of this run.</param>
    /// <param name="trained">Of the model.</param>
    /// <param name="hasNoVector">Whether a row's vector is zero.</param>
    /// <param name="noVector">What a row with such a vector lacks.</param>
    public IEnumerable<string> Reasons(int window, int trained, Func<int, bool> hasNoVector, string noVector)
    {
        if (IsMany(RowStatus.Error, out int[] broken))
            yield return $"{Of(broken)} cannot be used (error); the first, row {broken[0]}: {facts.Errors[broken[0]]}";
        if (IsMany(RowStatus.EmptyAnswer, out int[] empty))
            yield return $"{Of(empty)} have no answer (empty_answer); if it stands in another field, --columns output=FIELD names it";
        if (IsMany(RowStatus.TooLong, out int[] tooLong))
            yield return Line($"{Of(tooLong)} do not fit the window of {window} tokens (too_long): {Room(tooLong, window, trained)}");
        if (!IsMany(RowStatus.NoNeighbor, out int[] alone)) yield break;
        int without = alone.Count(hasNoVector);
        yield return without == alone.Length ? $"{Of(alone)} {noVector} (no_neighbor)"
            : Line($"{Of(alone)} have no other row that could be their example (no_neighbor): {without:N0} {noVector}, for the rest all others are identical, have no answer or no vector");
    }

    private bool IsMany(RowStatus status, out int[] rows)
    {
        int count = passes.Status.Count(own => own == status);
        rows = count < Worth * passes.Status.Length || count == 0 ? [] : [.. Enumerable.Range(0, passes.Status.Length).Where(row => passes.Status[row] == status)];
        return rows.Length > 0;
    }

    private string Of(int[] rows) => Line($"{rows.Length:N0} of {passes.Status.Length:N0} rows");

    private string Room(int[] rows, int window, int trained)
    {
        int[] needs = [.. rows.Select(Need).Order()];
        int most = needs[(int)Math.Ceiling(0.9 * needs.Length) - 1];
        int wanted = (int)Math.Min(trained, ((long)most + Step - 1) / Step * Step);
        int fitting = needs.Count(need => need <= wanted);
        string longer = Line($"a model with a context of {(most + (long)Step - 1) / Step * Step} tokens would hold nine in ten of them");
        if (wanted <= window || fitting == 0) return Line($"{longer}, this one was trained with {trained}");
        return Line($"-c {wanted} holds {fitting:N0} of them{(oneShots ? " with the examples that they have now" : "")}{(most <= trained ? "" : "; " + longer)}");
    }

    // what a row takes with as little of its example as there can be
    private int Need(int row)
    {
        var texts = passes.Texts;
        int alone = texts.Bos.Length + texts.Length(row), example = oneShots ? neighbors.Neighbors(row)[0] : -1;
        return example < 0 ? alone : alone + texts.Separator.Length + texts.LeastRoom(example);
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
