using Miwv.Data;
using Miwv.Llama;

namespace Miwv.PlainLoop;

/// <summary>A row's token ids by the contract's rules, written down a second time.</summary>
public sealed record RowTokens(int[] Prompt, int[] Answer)
{
    public static RowTokens Of(Row row, Vocabulary vocabulary)
    {
        string prompt = row.Input.Length == 0
            ? "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
              + $"### Instruction:\n{row.Instruction}\n\n### Response:"
            : "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n"
              + $"### Instruction:\n{row.Instruction}\n\n### Input:\n{row.Input}\n\n### Response:";
        return new RowTokens(vocabulary.Tokenize(prompt), vocabulary.Tokenize(row.Output));
    }

    public static int[] ZeroShot(Vocabulary vocabulary, RowTokens row) => [.. Begin(vocabulary), .. row.Prompt, .. row.Answer];

    /// <summary>The demonstration's answer loses its end if the whole does not fit the window; null if not one token of it would be left.</summary>
    public static int[]? OneShot(Vocabulary vocabulary, RowTokens demonstration, RowTokens row, int window)
    {
        int[] begin = Begin(vocabulary), between = vocabulary.Tokenize("\n\n");
        int others = begin.Length + demonstration.Prompt.Length + between.Length + row.Prompt.Length + row.Answer.Length;
        int kept = Math.Min(demonstration.Answer.Length, window - others);
        return kept < 1 ? null : [.. begin, .. demonstration.Prompt, .. demonstration.Answer[..kept], .. between, .. row.Prompt, .. row.Answer];
    }

    private static int[] Begin(Vocabulary vocabulary) => vocabulary.AddsBos ? [vocabulary.Bos] : [];
}
