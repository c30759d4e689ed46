namespace Miwv.Data;

/// <summary>What a row holds beside what is scored, or lacks. It changes no number; people want to know of it.</summary>
[Flags]
public enum RowNotes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>An assistant turn calls tools in a field of its own, not in its text.</summary>
    ToolCalls = 1,

    /// <summary>An assistant turn has its reasoning in a field of its own.</summary>
    Reasoning = 2,

    /// <summary>An assistant turn is marked as one that is not to be trained on.</summary>
    Masked = 4,

    /// <summary>The row lists tools beside its turns.</summary>
    Tools = 8,

    /// <summary>The row has no answer in its column, but one in the column of another shape.</summary>
    OtherShape = 16,

    /// <summary>The row does not have the column of the answer.</summary>
    NoAnswer = 32,
}
