namespace Miwv.Data;

/// <summary>A part of a prompt that is tokenized by itself.</summary>
/// <param name="Text">Empty only if it is an answer.</param>
/// <param name="IsControl">True for template text whose control tokens count as such (parse_special); false for data.</param>
/// <param name="IsAnswer">True for the text of an earlier assistant turn: one piece for each of them, in order.</param>
public readonly record struct PromptPiece(string Text, bool IsControl, bool IsAnswer = false);
