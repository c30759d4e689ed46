namespace Miwv.Data;

/// <summary>What a column of the file can mean; the names are those of <c>--columns</c>.</summary>
internal enum RowColumn
{
    Id,
    Instruction,
    Input,
    Output,
    System,
    History,
    Messages,
    Conversations,
}
