using Miwv.Data;

namespace Miwv.Cli.Screen;

/// <summary>Rows whose id, status, prompt or answer holds a text; looked through in the background, rows not reached yet do not match.</summary>
internal sealed class RowFilter : IDisposable
{
    private readonly RowBoard board;
    private readonly bool[] matches;
    private readonly CancellationTokenSource stop = new();
    private readonly Task work;
    private int looked;

    public RowFilter(RowBoard board, string text)
    {
        this.board = board;
        Text = text;
        matches = new bool[board.Count];
        work = Task.Run(Look);
    }

    public string Text { get; }
    public int Found { get; private set; }
    public bool IsDone => Volatile.Read(ref looked) == matches.Length;

    public bool Matches(int row) => matches[row];

    public void Dispose()
    {
        stop.Cancel();
        work.Wait();
        stop.Dispose();
    }

    private void Look()
    {
        for (int row = 0; row < matches.Length && !stop.IsCancellationRequested; row++)
        {
            if (Texts(row) is not { } texts) break;
            if (Has(texts.Id.Text) || Has(board.Status(row)) || Has(texts.EmbeddingText) || Has(texts.Output))
            {
                matches[row] = true;
                Found++;
            }
            Volatile.Write(ref looked, row + 1);
        }
    }

    // null if the file was changed, which whoever draws its rows will say
    private Row? Texts(int row)
    {
        try
        {
            return board.Rows.Read(row);
        }
        catch (UserException)
        {
            return null;
        }
    }

    private bool Has(string text) => text.Contains(Text, StringComparison.OrdinalIgnoreCase);
}
