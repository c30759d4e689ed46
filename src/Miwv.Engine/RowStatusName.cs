namespace Miwv.Engine;

/// <summary>Statuses as files and people see them.</summary>
public static class RowStatusName
{
    public static string Of(RowStatus status) => status switch
    {
        RowStatus.Ok => "ok",
        RowStatus.Error => "error",
        RowStatus.EmptyAnswer => "empty_answer",
        RowStatus.TooLong => "too_long",
        RowStatus.NoNeighbor => "no_neighbor",
        _ => "nan",
    };
}
