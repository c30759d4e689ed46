using System.Globalization;
using System.Text.Json;

namespace Miwv.Data;

/// <summary>
/// The id of a row, kept exactly: a string, or an integer of any size as its decimal text.
/// The string "5" and the integer 5 are different ids.
/// </summary>
public readonly record struct RowId
{
    private readonly string? _text;

    private RowId(string text, bool isString)
    {
        _text = text;
        IsString = isString;
    }

    /// <summary>The string itself, or the integer's digits as the file spells them.</summary>
    public string Text => _text ?? "0";

    /// <summary>True for a JSON string, false for an integer.</summary>
    public bool IsString { get; }

    /// <summary>The id that is a JSON string.</summary>
    public static RowId FromString(string text) => new(text, isString: true);

    /// <summary>The id of a row without one: its 0-based position.</summary>
    public static RowId FromPosition(int position) => new(position.ToString(CultureInfo.InvariantCulture), isString: false);

    /// <summary>The id that is a JSON integer.</summary>
    /// <exception cref="FormatException">The text is not an optional minus sign and digits.</exception>
    public static RowId FromInteger(string digits) =>
        IsInteger(digits) ? new(digits, isString: false) : throw new FormatException($"\"{digits}\" is not an integer");

    /// <summary>Writes the id as one JSON value: the same string, or the same digits.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        if (IsString)
            writer.WriteStringValue(Text);
        else
            writer.WriteRawValue(Text);
    }

    /// <summary>The id for people: the text without quotes.</summary>
    public override string ToString() => Text;

    internal static bool IsInteger(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> digits = text.StartsWith('-') ? text[1..] : text;
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9') && (digits.Length == 1 || digits[0] != '0');
    }
}
