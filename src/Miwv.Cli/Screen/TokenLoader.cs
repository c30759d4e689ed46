using Miwv.Data;
using Miwv.Engine.Explain;

namespace Miwv.Cli.Screen;

/// <summary>Computes the tokens of the row that is open, in the background, one row at a time.</summary>
internal sealed class TokenLoader(Func<AnswerScorer> open) : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private AnswerScorer? scorer;
    private Task? work;
    private int loading = -1;

    /// <summary>The row that <see cref="Tokens"/> and <see cref="Failure"/> are of.</summary>
    public int Row { get; private set; } = -1;
    public AnswerTokens? Tokens { get; private set; }
    public string? Failure { get; private set; }

    /// <summary>Begins with a row if nothing else is being computed.</summary>
    public void Want(int row, int neighbor)
    {
        if (row == Row || row == loading || work is { IsCompleted: false }) return;
        loading = row;
        work = Task.Run(() => Load(row, neighbor));
    }

    public void Dispose()
    {
        stop.Cancel();
        work?.Wait();
        scorer?.Dispose();
        stop.Dispose();
    }

    private void Load(int row, int neighbor)
    {
        AnswerTokens? tokens = null;
        string? failure = null;
        try
        {
            scorer ??= open();
            tokens = scorer.Compute(row, neighbor, stop.Token);
        }
        catch (Exception e) when (e is UserException or OperationCanceledException or Llama.DecodeException or Llama.Tap.TapException)
        {
            failure = e.Message;
        }
        (Tokens, Failure, Row) = (tokens, failure, row);
    }
}
