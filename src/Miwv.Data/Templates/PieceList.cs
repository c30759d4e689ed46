using System.Text;

namespace Miwv.Data;

/// <summary>Puts a prompt of plain text together: data that stands side by side is one piece, each earlier answer one of its own.</summary>
internal sealed class PieceList
{
    private readonly List<PromptPiece> _pieces = [];
    private readonly StringBuilder _text = new();

    public PieceList Add(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>An earlier turn: a piece if the assistant spoke, else data like what stands around it.</summary>
    public PieceList Add(Turn turn)
    {
        if (turn.Role != TurnRole.Assistant)
            return Add(turn.Text);
        Close();
        _pieces.Add(new PromptPiece(turn.Text, IsControl: false, IsAnswer: true));
        return this;
    }

    public IReadOnlyList<PromptPiece> Pieces()
    {
        Close();
        return _pieces;
    }

    private void Close()
    {
        if (_text.Length > 0)
            _pieces.Add(new PromptPiece(_text.ToString(), IsControl: false));
        _text.Clear();
    }
}
