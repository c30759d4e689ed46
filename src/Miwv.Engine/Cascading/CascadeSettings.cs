using Miwv.Data;
using Miwv.Metrics.Selection;

namespace Miwv.Engine.Cascading;

/// <summary>A small model that looks at all rows first, so that the scoring model sees only the best of them.</summary>
/// <param name="ModelPath">GGUF of the small model.</param>
/// <param name="Keep">Rows that the scoring model sees: a share of all rows, or a number.</param>
/// <param name="Audit">Rejected rows that the scoring model sees all the same, to say what was missed; null = 2 % of the rows, at least 200.</param>
public sealed record CascadeSettings(string ModelPath, TopCount Keep, int? Audit = null)
{
    private const int LeastAudit = 200, AuditPart = 50;

    /// <summary>Rejected rows to draw, of <paramref name="rows"/> rows in all.</summary>
    public int AuditOf(int rows) => Audit ?? Math.Max(LeastAudit, rows / AuditPart);

    /// <summary>Reads <c>small.gguf:30%</c>.</summary>
    /// <exception cref="UserException">No share behind the last colon.</exception>
    public static CascadeSettings Parse(string text, int? audit)
    {
        int at = text.LastIndexOf(':');
        if (at <= 0) throw new UserException($"--cascade {text}: name the small model and the share of the rows it keeps, e.g. small.gguf:30%");
        try
        {
            return new CascadeSettings(text[..at], TopCount.Parse(text[(at + 1)..]), audit);
        }
        catch (UserException e)
        {
            throw new UserException($"--cascade {text}: {e.Message.Replace($"--top {text[(at + 1)..]}: ", "the share of the rows that are kept: ", StringComparison.Ordinal)}", e);
        }
    }

    public override string ToString() => $"{ModelPath}:{Keep}";
}
