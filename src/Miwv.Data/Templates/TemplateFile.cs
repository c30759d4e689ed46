using System.Text.Json;

namespace Miwv.Data;

/// <summary>
/// A user's template: text with {instruction}, {input}, {system} and {history}, and after a line <c>--- no input ---</c> the
/// variant for rows without input; or alpaca-lora's JSON with prompt_input and prompt_no_input. Line ends become \n, and the
/// last one of each variant belongs to the file, not to the prompt.
/// </summary>
internal sealed class TemplateFile : PromptTemplate
{
    private const string Separator = "--- no input ---";

    private readonly IReadOnlyList<TemplatePart> _withInput;
    private readonly IReadOnlyList<TemplatePart> _withoutInput;
    private readonly bool _controlLiterals;

    private TemplateFile(string name, string source, IReadOnlyList<TemplatePart> withInput, IReadOnlyList<TemplatePart> withoutInput, bool controlLiterals)
    {
        Name = name;
        SourceText = source;
        _withInput = withInput;
        _withoutInput = withoutInput;
        _controlLiterals = controlLiterals;
    }

    public override string Name { get; }

    public override string SourceText { get; }

    public override IEnumerable<string> Literals =>
        _withInput.Concat(_withoutInput).Where(part => part.Field == TemplateField.Literal).Select(part => part.Literal).Distinct();

    public override PromptTemplate WithControlLiterals() => new TemplateFile(Name, SourceText, _withInput, _withoutInput, controlLiterals: true);

    public override IReadOnlyList<PromptPiece> Render(Row row)
    {
        IReadOnlyList<TemplatePart> parts = row.Input.Length > 0 ? _withInput : _withoutInput;
        Require(row, parts, TemplateField.Input, row.Input.Length > 0, "an input");
        Require(row, parts, TemplateField.System, row.System is not null, "a system text");
        Require(row, parts, TemplateField.History, row.History.Count > 0, "earlier turns");
        var text = new PieceList();
        var pieces = new List<PromptPiece>();
        foreach (TemplatePart part in parts)
        {
            if (part.Field == TemplateField.History)
                foreach (Turn turn in row.History)
                    text.Add(turn).Add("\n");
            else
                text.Add(part.Text(row));
            if (!_controlLiterals)
                continue;
            pieces.AddRange(part.Field == TemplateField.Literal ? [new PromptPiece(part.Literal, IsControl: true)] : text.Pieces());
            text = new PieceList();
        }
        return _controlLiterals ? pieces : text.Pieces();
    }

    /// <summary>Reads a template file's content.</summary>
    /// <exception cref="UserException">An unknown placeholder, no place for the instruction, or JSON without the two prompts.</exception>
    public static TemplateFile Parse(string path, string source)
    {
        string text = source.ReplaceLineEndings("\n");
        IReadOnlyList<TemplatePart> first, second;
        if (Json(path, text) is var (withInput, withoutInput))
        {
            first = TemplatePart.Parse($"{path} (prompt_input)", withInput, 1);
            second = TemplatePart.Parse($"{path} (prompt_no_input)", withoutInput, 1);
        }
        else
        {
            (withInput, withoutInput, int secondLine) = Sections(text);
            first = TemplatePart.Parse(path, withInput, 1);
            second = TemplatePart.Parse(path, withoutInput, secondLine);
        }
        foreach (IReadOnlyList<TemplatePart> parts in new[] { first, second })
        {
            if (!parts.Any(part => part.Field == TemplateField.Instruction))
                throw new UserException($"{path}: the template has no {{instruction}}; without it every row has the same prompt");
        }
        return new TemplateFile(path, text, first, second, controlLiterals: false);
    }

    private void Require(Row row, IReadOnlyList<TemplatePart> parts, TemplateField field, bool has, string what)
    {
        if (has && !parts.Any(part => part.Field == field))
            throw new UserException($"{Name}: row {Quoted.Short(row.Id.Text)} has {what}, but the template has no {{{field.ToString().ToLowerInvariant()}}}; add it, or use another template");
    }

    private static (string WithInput, string WithoutInput, int SecondLine) Sections(string text)
    {
        string[] lines = text.Split('\n');
        int separator = Array.FindIndex(lines, line => line.TrimEnd() == Separator);
        string first = string.Join('\n', separator < 0 ? lines : lines[..separator]);
        if (separator >= 0)
            return (first, WithoutLastNewline(string.Join('\n', lines[(separator + 1)..])), separator + 2);
        return (WithoutLastNewline(first), WithoutLastNewline(first), 1);
    }

    private static string WithoutLastNewline(string text) => text.EndsWith('\n') ? text[..^1] : text;

    private static (string WithInput, string WithoutInput)? Json(string path, string text)
    {
        bool named = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        if (!named && !text.AsSpan().TrimStart().StartsWith('{'))
            return null;
        try
        {
            using JsonDocument document = SmallJson.Parse(System.Text.Encoding.UTF8.GetBytes(text));
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("prompt_input", out JsonElement with) && with.ValueKind == JsonValueKind.String
                && document.RootElement.TryGetProperty("prompt_no_input", out JsonElement without) && without.ValueKind == JsonValueKind.String)
            {
                return (with.GetString()!, without.GetString()!);
            }
        }
        catch (JsonException e)
        {
            // "{instruction}..." is a text template that merely begins with a brace.
            return named ? throw new UserException($"{path}:{e.LineNumber + 1}: the template is not valid JSON; it needs the texts prompt_input and prompt_no_input", e) : null;
        }
        throw new UserException($"{path}: a template in JSON needs the texts prompt_input and prompt_no_input");
    }
}
