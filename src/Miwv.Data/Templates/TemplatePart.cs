using System.Text;

namespace Miwv.Data;

/// <summary>A part of a template file: fixed text, or the place of one of a row's texts.</summary>
internal readonly record struct TemplatePart(TemplateField Field, string Literal)
{
    /// <summary>Splits a text at its {placeholders}; {{ and }} stand for braces.</summary>
    /// <exception cref="UserException">An unknown placeholder or a single brace; <paramref name="line"/> is the text's first line in the file.</exception>
    public static IReadOnlyList<TemplatePart> Parse(string path, string text, int line)
    {
        var parts = new List<TemplatePart>();
        var literal = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            line += c == '\n' ? 1 : 0;
            if (c is not ('{' or '}'))
            {
                literal.Append(c);
            }
            else if (i + 1 < text.Length && text[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else
            {
                int close = c == '{' ? text.IndexOf('}', i) : -1;
                if (close < 0)
                    throw new UserException($"{path}:{line}: a single {c}; write {c}{c} for the character itself");
                string name = text[(i + 1)..close];
                if (FieldOf(name) is not { } field)
                    throw new UserException($"{path}:{line}: unknown placeholder {{{Quoted.Short(name)}}}; known are {{instruction}}, {{input}}, {{system}}, {{history}}; write {{{{ for the character itself");
                if (literal.Length > 0)
                    parts.Add(new TemplatePart(TemplateField.Literal, literal.ToString()));
                literal.Clear();
                parts.Add(new TemplatePart(field, ""));
                i = close;
            }
        }
        if (literal.Length > 0)
            parts.Add(new TemplatePart(TemplateField.Literal, literal.ToString()));
        return parts;
    }

    /// <summary>The text of this part for a row; the history is not one text.</summary>
    public string Text(Row row) => Field switch
    {
        TemplateField.Instruction => row.Instruction,
        TemplateField.Input => row.Input,
        TemplateField.System => row.System ?? "",
        _ => Literal,
    };

    private static TemplateField? FieldOf(string name) => name switch
    {
        "instruction" => TemplateField.Instruction,
        "input" => TemplateField.Input,
        "system" => TemplateField.System,
        "history" => TemplateField.History,
        _ => null,
    };
}
