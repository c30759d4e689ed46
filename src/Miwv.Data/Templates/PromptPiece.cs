namespace Miwv.Data;

/// <summary>A part of a prompt that is tokenized by itself.</summary>
/// <param name="Text">Never empty.</param>
/// <param name="IsControl">True for template text whose control tokens count as such (parse_special); false for data.</param>
public readonly record struct PromptPiece(string Text, bool IsControl);
