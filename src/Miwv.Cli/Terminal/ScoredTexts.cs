using System.Globalization;
using System.Text;
using System.Text.Json;
using Miwv.Engine;

namespace Miwv.Cli.Terminal;

/// <summary>The token sequences that a row is scored by, as text: put together from the tokens, not from the row.</summary>
internal sealed class ScoredTexts(MiwvRun run)
{
    public const string Legend = "⟦scored⟧ ⟨control token⟩; all else is text as the model's tokens spell it";

    public void WriteText(int row, TextWriter to)
    {
        foreach (var (name, pass) in Passes(row))
        {
            var (tokens, from, until) = Of(pass);
            to.WriteLine();
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"=== row {Id(row)} {name}: {tokens.Length} tokens, {until - from} scored (positions {from} to {until - 1})"));
            to.WriteLine(Marked(tokens, from, until));
        }
        if (run.Passes.Status[row] != RowStatus.Ok)
            to.WriteLine($"\n=== row {Id(row)} {RowStatusName.Of(run.Passes.Status[row])}{(run.Facts.Errors.TryGetValue(row, out string? why) ? ": " + SafeText.OneLine(why) : "")}: nothing of it is scored");
    }

    /// <summary>One line of JSON for each pass; its texts are those of the tokens, byte for byte where they are UTF-8.</summary>
    public void WriteJson(int row, TextWriter to)
    {
        foreach (var (name, pass) in Passes(row))
        {
            var (tokens, from, until) = Of(pass);
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                json.WriteStartObject();
                json.WritePropertyName("id");
                run.Rows.Id(row).WriteTo(json);
                json.WriteString("pass", name.Split(' ', ',')[0]);
                json.WriteString("context", Text(tokens.AsSpan(0, from)));
                json.WriteString("scored", Text(tokens.AsSpan(from..until)));
                json.WriteNumber("scored_from", from);
                json.WriteStartArray("tokens");
                foreach (int token in tokens) json.WriteNumberValue(token);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            to.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
        }
    }

    private IEnumerable<(string Name, int Pass)> Passes(int row)
    {
        if (run.Passes.ZeroShot[row] is >= 0 and var zero)
            foreach (var part in Turns("zero-shot", zero)) yield return part;
        if (run.Passes.OneShot[row] is not (>= 0 and var one)) yield break;
        int neighbor = run.FindNeighbors().Neighbors(row)[0];
        foreach (var part in Turns($"one-shot behind row {Id(neighbor)}{(run.Passes.DemonstrationCut[row] ? " (whose answer is cut to fit)" : "")}", one)) yield return part;
    }

    // a conversation has a pass for each scored turn
    private IEnumerable<(string Name, int Pass)> Turns(string name, int pass)
    {
        int earlier = run.Passes.Passes.Earlier(pass);
        for (int turn = 0; turn <= earlier; turn++) yield return (earlier == 0 ? name : $"{name}, scored turn {turn + 1} of {earlier + 1}", pass - earlier + turn);
    }

    private (int[] Tokens, int From, int Until) Of(int pass)
    {
        var passes = run.Passes.Passes;
        var tokens = new int[passes.Length(pass)];
        passes.CopyTokens(pass, 0, tokens);
        return (tokens, passes.ScoredFrom(pass), passes.ScoredTo(pass));
    }

    private string Marked(int[] tokens, int from, int until)
    {
        var vocabulary = run.Model.Vocabulary;
        var bytes = new List<byte>();
        for (int i = 0; i < tokens.Length; i++)
        {
            if (i == from) bytes.AddRange("⟦"u8);
            bool control = vocabulary.IsControl(tokens[i]);
            if (control) bytes.AddRange("⟨"u8);
            bytes.AddRange(vocabulary.PieceBytes(tokens[i]));
            if (control) bytes.AddRange("⟩"u8);
            if (i == until - 1) bytes.AddRange("⟧"u8);
        }
        return string.Join('\n', Encoding.UTF8.GetString([.. bytes]).Split('\n').Select(SafeText.Line));
    }

    private string Id(int row) => SafeText.OneLine(run.Rows.Id(row).Text);

    private string Text(ReadOnlySpan<int> tokens)
    {
        var bytes = new List<byte>();
        foreach (int token in tokens) bytes.AddRange(run.Model.Vocabulary.PieceBytes(token));
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
