using System.Globalization;
using Miwv.Data;

namespace Miwv.Metrics.Selection;

/// <summary>How many rows to keep: a share of all rows read, or a number.</summary>
public readonly record struct TopCount
{
    private readonly decimal amount;

    private TopCount(decimal amount, bool isPercent) => (this.amount, IsPercent) = (amount, isPercent);

    public bool IsPercent { get; }

    /// <summary>"5%", "0.5%" or "500".</summary>
    /// <exception cref="UserException">Not a number, not above 0, or above 100 %.</exception>
    public static TopCount Parse(string text)
    {
        string trimmed = text.Trim();
        bool percent = trimmed.EndsWith('%');
        string number = percent ? trimmed[..^1].TrimEnd() : trimmed;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount))
            throw new UserException($"--top {text}: neither a share like 5% nor a number of rows like 500");
        if (amount <= 0) throw new UserException($"--top {text}: keeps nothing; give a share above 0% or at least 1 row");
        if (percent && amount > 100) throw new UserException($"--top {text}: more than all rows; give at most 100%");
        if (!percent && amount > int.MaxValue)
            throw new UserException($"--top {text}: more rows than a file can have; 100% keeps them all");
        if (!percent && amount != decimal.Truncate(amount))
            throw new UserException($"--top {text}: neither a share nor a number of rows; {Meant(amount)}");
        return new TopCount(amount, percent);
    }

    // 0.05 was meant as a share, 5.5 maybe as one, and 5 rows are possible always
    private static string Meant(decimal amount)
    {
        string share = (amount < 1 ? amount * 100 : amount).ToString("0.############", CultureInfo.InvariantCulture);
        decimal rows = Math.Max(1, decimal.Round(amount < 1 ? amount * 100 : amount));
        string number = rows.ToString("0", CultureInfo.InvariantCulture);
        return amount > 100 ? $"a number of rows is a whole one, such as {number}" : $"write {share}% for a share, {number} for {number} {(rows == 1 ? "row" : "rows")}";
    }

    /// <summary>Rows to keep of <paramref name="rows"/> read: floor of the share, at least 1.</summary>
    public int Of(int rows) => IsPercent
        ? (int)Math.Max(1, decimal.Floor(amount * rows / 100m))
        : (int)amount;

    public override string ToString() => amount.ToString(CultureInfo.InvariantCulture) + (IsPercent ? "%" : "");
}
