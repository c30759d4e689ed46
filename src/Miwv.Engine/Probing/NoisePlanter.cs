using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Miwv.Data;

namespace Miwv.Engine.Probing;

/// <summary>Copies a data set and spoils the answers of a share of its rows, each kind of noise in turn. The same seed spoils the same rows alike.</summary>
public static class NoisePlanter
{
    private const string Latin = "abcdefghijklmnopqrstuvwxyz", Cyrillic = "абцдефгхижклмнопярстувшхыз";
    private static readonly NoiseKind[] Kinds = [NoiseKind.Swapped, NoiseKind.Cut, NoiseKind.Shuffled, NoiseKind.OffLanguage];

    /// <summary>Writes the copy as Alpaca rows, one JSON object a line, with the ids of the original.</summary>
    /// <param name="share">Share of the rows that can be spoilt, above 0 and at most 0.5.</param>
    /// <returns>What was done to each row.</returns>
    /// <exception cref="UserException">Too few rows have an answer, or the file cannot be written.</exception>
    public static NoiseKind[] Write(RowFile rows, double share, int seed, string path)
    {
        int[] whole = [.. Enumerable.Range(0, rows.Count).Where(i => rows.Read(i) is { Error: null, Output.Length: > 0 })];
        int count = (int)(share * whole.Length);
        if (count < Kinds.Length) throw new UserException($"{rows.Path}: {whole.Length} rows have an answer; {share:P0} of them are too few to plant {Kinds.Length} kinds of noise");
        var random = new Random(seed);
        var kinds = new NoiseKind[rows.Count];
        random.Shuffle(whole);
        var planted = new Dictionary<int, string>(count);
        for (int i = 0; i < count; i++)
        {
            // the answer of a row that stays as it is, so that both are answers of this data set
            string output = rows.Read(whole[i]).Output, other = rows.Read(whole[count + random.Next(whole.Length - count)]).Output;
            for (int turn = 0; turn < Kinds.Length && !planted.ContainsKey(whole[i]); turn++)
            {
                var kind = Kinds[(i + turn) % Kinds.Length];
                string spoilt = Spoil(output, kind, other, random);
                if (spoilt == output) continue; // one word cannot be shuffled
                planted[whole[i]] = spoilt;
                kinds[whole[i]] = kind;
            }
        }
        WholeFile.Write(path, "the copy", stream => Copy(rows, planted, stream));
        return kinds;
    }

    /// <summary>An answer with one kind of noise; unchanged where that kind can do nothing to it.</summary>
    public static string Spoil(string answer, NoiseKind kind, string other, Random random)
    {
        string[] words = answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        switch (kind)
        {
            case NoiseKind.Swapped: return other;
            case NoiseKind.Cut: return words.Length < 2 ? answer : string.Join(' ', words.Take(Math.Max(1, words.Length / 3)));
            case NoiseKind.Shuffled:
                if (words.Distinct().Count() < 2) return answer;
                string[] mixed = [.. words];
                while (mixed.SequenceEqual(words)) random.Shuffle(mixed);
                return string.Join(' ', mixed);
            case NoiseKind.OffLanguage: return Transliterate(answer);
            default: return answer;
        }
    }

    private static string Transliterate(string text)
    {
        var to = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            int at = Latin.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            to.Append(at < 0 ? c : char.IsUpper(c) ? char.ToUpperInvariant(Cyrillic[at]) : Cyrillic[at]);
        }
        return to.ToString();
    }

    private static void Copy(RowFile rows, Dictionary<int, string> planted, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        for (int i = 0; i < rows.Count; i++)
        {
            var row = rows.Read(i);
            json.WriteStartObject();
            json.WritePropertyName("id");
            rows.Id(i).WriteTo(json);
            if (row.System is not null) json.WriteString("system", row.System);
            WriteHistory(json, row.History);
            json.WriteString("instruction", row.Instruction);
            json.WriteString("input", row.Input);
            json.WriteString("output", planted.GetValueOrDefault(i, row.Output));
            json.WriteEndObject();
            json.Flush();
            stream.WriteByte((byte)'\n');
            json.Reset();
        }
    }

    private static void WriteHistory(Utf8JsonWriter json, IReadOnlyList<Turn> history)
    {
        if (history.Count == 0) return;
        json.WriteStartArray("history");
        for (int i = 0; i < history.Count;)
        {
            bool asks = history[i].Role != TurnRole.Assistant;
            bool answered = !asks || (i + 1 < history.Count && history[i + 1].Role == TurnRole.Assistant);
            json.WriteStartArray();
            json.WriteStringValue(asks ? history[i].Text : "");
            json.WriteStringValue(!answered ? "" : asks ? history[i + 1].Text : history[i].Text);
            json.WriteEndArray();
            i += asks && answered ? 2 : 1;
        }
        json.WriteEndArray();
    }
}
