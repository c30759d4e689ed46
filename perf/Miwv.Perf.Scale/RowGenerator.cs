using System.Text.Json;
using Miwv.Perf.Models;

namespace Miwv.Perf.Scale;

/// <summary>
/// Made-up instruction rows in JSON Lines with the lengths of Alpaca's: instructions of about 10 words, an input in 40 % of the rows, answers of
/// 44 words in the mean with a long tail (log-normal, median 27). One row in 200 has no answer, one in 100 repeats an earlier row's texts.
/// </summary>
internal static class RowGenerator
{
    /// <param name="answerWords">Words of every answer; null = as in Alpaca.</param>
    public static void Write(string path, int rows, int seed, int? answerWords = null)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        using var json = new Utf8JsonWriter(file);
        for (int row = 0; row < rows; row++)
        {
            // a row's texts are drawn by a number of their own, so that a repeated number repeats the texts
            int text = row % 100 == 57 ? row - 50 : row;
            var random = new Random(Mix(seed, text));
            json.WriteStartObject();
            json.WriteString("id", $"row-{row:D7}");
            json.WriteString("instruction", Sentence(random, 4 + (int)(random.NextDouble() * random.NextDouble() * 26)));
            json.WriteString("input", random.NextDouble() < 0.4 ? Sentence(random, 2 + random.Next(22)) : "");
            json.WriteString("output", row % 200 == 199 ? "" : Sentence(random, answerWords ?? AnswerWords(random)));
            json.WriteEndObject();
            json.Flush();
            file.WriteByte((byte)'\n');
            json.Reset();
        }
    }

    private static int AnswerWords(Random random)
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return Math.Clamp((int)Math.Exp(Math.Log(27) + 0.99 * normal), 1, 600);
    }

    // Zipf: words are in order of frequency
    private static string Sentence(Random random, int words)
    {
        string[] all = CommonWords.All;
        return string.Join(' ', Enumerable.Range(0, words).Select(_ => all[(int)Math.Min(all.Length - 1, Math.Exp(random.NextDouble() * Math.Log(all.Length + 1)) - 1)])) + ".";
    }

    private static int Mix(int a, int b) => (int)((((ulong)(uint)a << 32) | (uint)b) * 0x9E37_79B9_7F4A_7C15 >> 33);
}
