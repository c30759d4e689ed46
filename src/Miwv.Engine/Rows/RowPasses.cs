using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;

namespace Miwv.Engine.Rows;

/// <summary>The passes of every row and, where it has none, why. Places in <see cref="Passes"/>, −1 = no pass.</summary>
public sealed class RowPasses : IDisposable
{
    internal RowPasses(int count, TokenTable tokens, TextCatalog texts)
    {
        Tokens = tokens;
        Texts = new RowTexts(tokens, texts);
        Turns = texts.Turns;
        Passes = new PassList(tokens);
        Status = new RowStatus[count];
        AnswerTokens = new int[count];
        DemonstrationCut = new bool[count];
        ZeroShot = new int[count];
        OneShot = new int[count];
        ZeroShot.AsSpan().Fill(-1);
        OneShot.AsSpan().Fill(-1);
    }

    public TokenTable Tokens { get; }
    public RowTexts Texts { get; }
    public EarlierTurns Turns { get; }
    public PassList Passes { get; }
    public RowStatus[] Status { get; }

    /// <summary>Scored tokens of each row, of all turns that are scored.</summary>
    public int[] AnswerTokens { get; }

    /// <summary>True where the end of the demonstration was cut to fit the window.</summary>
    public bool[] DemonstrationCut { get; }
    public int[] ZeroShot { get; }
    public int[] OneShot { get; }

    public void Dispose() => Tokens.Dispose();
}
