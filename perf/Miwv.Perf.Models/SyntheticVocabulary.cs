using Miwv.Llama.Gguf;

namespace Miwv.Perf.Models;

/// <summary>
/// A SentencePiece vocabulary of any size that cuts English into pieces of about the usual length: bytes,
/// characters, common words with all their beginnings (merging goes left to right), then letter groups by
/// the product of their letters' frequencies.
/// </summary>
public static class SyntheticVocabulary
{
    private const string Space = "\u2581"; // SentencePiece's sign for a space
    private const string LettersByFrequency = "etaoinshrdlcumwfgypbvkjxqz";
    private const int FirstPiece = 3 + 256;

    /// <summary>Smallest size: three control tokens and 256 bytes.</summary>
    public const int MinimumSize = FirstPiece;

    /// <summary>Adds the tokenizer's keys with <paramref name="size"/> tokens.</summary>
    public static void AddTo(GgufWriter writer, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, MinimumSize);
        var tokens = new List<string>(size) { "<unk>", "<s>", "</s>" };
        for (int value = 0; value < 256; value++)
            tokens.Add($"<0x{value:X2}>");
        var seen = new HashSet<string>(tokens);
        foreach (string piece in Pieces())
        {
            if (tokens.Count == size)
                break;
            if (seen.Add(piece))
                tokens.Add(piece);
        }
        for (int filler = 0; tokens.Count < size; filler++)
            tokens.Add($"<filler_{filler}>");
        var types = new int[size];
        var scores = new float[size];
        for (int i = 0; i < size; i++)
        {
            types[i] = i == 0 ? 2 : i < 3 ? 3 : i < FirstPiece ? 6 : 1;
            scores[i] = i < FirstPiece ? 0 : FirstPiece - i;
        }
        writer
            .Add("tokenizer.ggml.model", "llama")
            .Add("tokenizer.ggml.pre", "default")
            .Add("tokenizer.ggml.tokens", tokens)
            .Add("tokenizer.ggml.scores", scores)
            .Add("tokenizer.ggml.token_type", types)
            .Add("tokenizer.ggml.bos_token_id", 1u)
            .Add("tokenizer.ggml.eos_token_id", 2u)
            .Add("tokenizer.ggml.unknown_token_id", 0u)
            .Add("tokenizer.ggml.add_bos_token", true)
            .Add("tokenizer.ggml.add_eos_token", false)
            .Add("tokenizer.ggml.add_space_prefix", true);
    }

    /// <summary>Pieces in order of preference, some more than once.</summary>
    private static IEnumerable<string> Pieces()
    {
        yield return Space;
        foreach (char letter in LettersByFrequency)
            yield return letter.ToString();
        for (char c = '!'; c <= '~'; c++)
            yield return c.ToString();
        foreach (char letter in LettersByFrequency)
            yield return Space + letter;
        // Merging prefers what comes first, so a word is reached through its beginnings before anything cuts into it.
        foreach (string word in Words())
            for (int length = 1; length <= word.Length; length++)
                yield return Space + word[..length];
        foreach (string ending in CommonWords.Endings)
            for (int length = 2; length <= ending.Length; length++)
                yield return ending[..length];
        foreach (string word in CommonWords.All)
            for (int length = 2; length <= word.Length; length++)
                yield return char.ToUpperInvariant(word[0]) + word[1..length];
        for (int length = 2; length <= 4; length++)
            foreach (string group in Groups(length))
            {
                yield return group;
                yield return Space + group;
            }
    }

    private static IEnumerable<string> Words()
    {
        foreach (string word in CommonWords.All)
            yield return word;
        foreach (string word in CommonWords.All)
            yield return char.ToUpperInvariant(word[0]) + word[1..];
        foreach (string word in CommonWords.All.Where(static w => w.Length >= 4))
            foreach (string ending in CommonWords.Inflections)
                yield return ending[0] is 'e' or 'i' && word[^1] == 'e' ? word[..^1] + ending : word + ending;
    }

    /// <summary>All groups of letters of one length, most likely first; ties in alphabetical order of rank.</summary>
    private static IEnumerable<string> Groups(int length)
    {
        // Zipf: the letter of rank r has a weight of about 1/(r+1); the product is compared through its logarithm.
        int count = (int)Math.Pow(LettersByFrequency.Length, length);
        var cost = new double[count];
        var order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
            for (int rest = i, k = 0; k < length; k++, rest /= LettersByFrequency.Length)
                cost[i] += Math.Log(rest % LettersByFrequency.Length + 2);
        }
        Array.Sort(order, (a, b) => cost[a] != cost[b] ? cost[a].CompareTo(cost[b]) : a.CompareTo(b));
        var group = new char[length];
        foreach (int index in order)
        {
            for (int rest = index, k = length - 1; k >= 0; k--, rest /= LettersByFrequency.Length)
                group[k] = LettersByFrequency[rest % LettersByFrequency.Length];
            yield return new string(group);
        }
    }
}
