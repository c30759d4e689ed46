using System.Text;

namespace Miwv.Data;

/// <summary>Turns the prompt of a row into the text a model sees. A row's texts are inserted once and never looked at again.</summary>
public abstract class PromptTemplate
{
    /// <summary>The built-in templates by name.</summary>
    public static IReadOnlyList<PromptTemplate> BuiltIn { get; } = [new AlpacaTemplate(), new PlainTemplate(), new ChatMlTemplate()];

    /// <summary>The name or path by which the user named it.</summary>
    public abstract string Name { get; }

    /// <summary>The template's text, for the record of a run: two templates that render differently differ in it.</summary>
    public abstract string SourceText { get; }

    /// <summary>
    /// The fixed text around the rows' texts, where it is unknown whether a vocabulary has control tokens in it. If one has,
    /// use <see cref="WithControlLiterals"/>.
    /// </summary>
    public virtual IEnumerable<string> Literals => [];

    /// <summary>The pieces of a row's prompt, in order; a piece for each earlier answer, of the others only those with a text.</summary>
    /// <exception cref="UserException">The row has a text (system, history, input) for which the template has no place.</exception>
    public abstract IReadOnlyList<PromptPiece> Render(Row row);

    /// <summary>The same template with each literal a control piece of its own and each text of a row a data piece.</summary>
    public virtual PromptTemplate WithControlLiterals() => this;

    private const int MostBytes = 1 << 20;

    // as File.ReadAllText: a mark of the byte order is not part of the text
    private static string Text(byte[] bytes) =>
        new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true).ReadToEnd();

    /// <summary>A built-in template by name, or else a template file by path.</summary>
    /// <exception cref="UserException">Neither, or the file is not a template.</exception>
    public static PromptTemplate Load(string nameOrPath)
    {
        if (BuiltIn.FirstOrDefault(template => template.Name == nameOrPath) is { } known)
            return known;
        try
        {
            return TemplateFile.Parse(nameOrPath, Text(SmallFile.Read(nameOrPath, MostBytes)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"--template {nameOrPath}: neither a file nor one of {string.Join(", ", BuiltIn.Select(t => t.Name))}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserException($"{nameOrPath}: cannot be read as a template: {IoReason.Of(e, nameOrPath)}", e);
        }
    }
}
