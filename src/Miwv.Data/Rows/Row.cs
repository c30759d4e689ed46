using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Miwv.Data;

/// <summary>
/// One row: a prompt (system, history, instruction, input) and its answer (output).
/// A row with an <see cref="Error"/> has only its index and id; its texts are empty and must not be scored.
/// </summary>
/// <param name="Index">0-based position in the file.</param>
/// <param name="Id">The row's own id, or its position.</param>
/// <param name="Instruction">The instruction; in a conversation the user turn that the answer answers.</param>
/// <param name="Input">The instruction's input, empty if it has none; always empty in a conversation.</param>
/// <param name="Output">The answer, as is.</param>
/// <param name="System">The system text, null if there is none or it is empty.</param>
/// <param name="History">The user and assistant turns before <paramref name="Instruction"/>. It ends in an assistant turn, and
/// Instruction is empty, where the answer directly follows another assistant turn.</param>
/// <param name="Error">What is wrong with the row, e.g. <c>"output" is a number, not text</c>; null if nothing is.</param>
public sealed record Row(
    int Index,
    RowId Id,
    string Instruction,
    string Input,
    string Output,
    string? System,
    IReadOnlyList<Turn> History,
    string? Error)
{
    /// <summary>What the row holds beside what is scored; nothing if it has an <see cref="Error"/>.</summary>
    public RowNotes Notes { get; init; }

    /// <summary>The text that is embedded: system, history, instruction and input, those that are not empty, joined by a newline.</summary>
    public string EmbeddingText => System is null && History.Count == 0
        ? UserMessage
        : string.Join('\n', Messages().Select(turn => turn.Text).Where(text => text.Length > 0));

    private string UserMessage => Input.Length == 0 ? Instruction : Instruction + "\n" + Input;

    /// <summary>
    /// The prompt as chat messages: system, history, then instruction and input joined by a newline as the last user message.
    /// That last message is left out only where the answer continues an assistant turn.
    /// </summary>
    public IReadOnlyList<Turn> Messages()
    {
        var messages = new List<Turn>(History.Count + 2);
        if (System is not null)
            messages.Add(new Turn(TurnRole.System, System));
        messages.AddRange(History);
        if (!ContinuesAssistant)
            messages.Add(new Turn(TurnRole.User, UserMessage));
        return messages;
    }

    /// <summary>True where the answer directly follows an assistant turn, so that there is no last user message.</summary>
    public bool ContinuesAssistant =>
        Instruction.Length == 0 && Input.Length == 0 && History.Count > 0 && History[^1].Role == TurnRole.Assistant;

    /// <summary>The assistant's turns before the answer.</summary>
    public IEnumerable<string> EarlierAnswers => History.Where(turn => turn.Role == TurnRole.Assistant).Select(turn => turn.Text);

    /// <summary>
    /// 128 bits of the SHA-256 of all texts of the row, each with its length: equal for rows that are identical in prompt and
    /// answer, whatever their ids and other fields.
    /// </summary>
    public UInt128 ContentKey()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Instruction);
        Append(hash, Input);
        Append(hash, Output);
        Append(hash, System ?? "");
        foreach (Turn turn in History)
        {
            Append(hash, turn.RoleName);
            Append(hash, turn.Text);
        }
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        hash.AppendData(length);
        hash.AppendData(utf8);
    }
}
