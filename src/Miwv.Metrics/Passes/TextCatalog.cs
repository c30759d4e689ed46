using System.Runtime.CompilerServices;
using Miwv.Data;
using Miwv.Llama;

namespace Miwv.Metrics.Passes;

/// <summary>
/// The texts of a run's token table: prompt (2i) and answer (2i + 1) of every row, BOS, separator and scored EOS, then the earlier answers
/// by themselves and what metrics add.
/// </summary>
public sealed class TextCatalog
{
    private readonly int rows, earlierAnswers;
    private readonly Vocabulary vocabulary;
    private readonly List<(int First, int Count, bool PerRow, Action<int, List<int>, Func<int, Row>> Encode)> blocks = [];
    private readonly Dictionary<string, int> known = [];

    // found once for all the turns of a row that was read
    private readonly ConditionalWeakTable<Row, EarlierTexts> earlier = [];

    public TextCatalog(int rows, Vocabulary vocabulary, EarlierTurns turns)
    {
        (this.rows, this.vocabulary, Turns) = (rows, vocabulary, turns);
        Count = 2 * rows + 3;
        earlierAnswers = PerTurn("answer", (texts, turn) => texts.Answer(turn));
    }

    public Vocabulary Vocabulary => vocabulary;
    public EarlierTurns Turns { get; }
    public int Bos => 2 * rows;
    public int Separator => Bos + 1;
    public int Eos => Bos + 2;

    /// <summary>The first text that a metric added.</summary>
    public int Base => Bos + 3;
    public int Count { get; private set; }

    /// <summary>An earlier answer by itself.</summary>
    public int EarlierAnswer(int row, int turn) => earlierAnswers + Turns.First(row) + turn;

    /// <summary>A text that passes share; the same text twice is the same place.</summary>
    /// <returns>Its place in the table.</returns>
    public int Shared(string text) => Block("text " + text, false, (_, tokens, _) => vocabulary.Tokenize(text, tokens));

    /// <summary>Token ids that passes share.</summary>
    public int Shared(string name, int[] ids) => Block("ids " + name, false, (_, tokens, _) => tokens.AddRange(ids));

    /// <summary>BOS, or EOS if the vocabulary has no BOS, or nothing: what a direct pass begins with.</summary>
    public int Start() => Block("start", false, (_, tokens, _) =>
    {
        int id = vocabulary.Bos >= 0 ? vocabulary.Bos : vocabulary.Eos;
        if (id >= 0) tokens.Add(id);
    });

    /// <summary>A text of every row; the same name twice is the same block.</summary>
    /// <returns>The place of row 0's text; row i's is i behind it.</returns>
    public int PerRow(string name, Func<Row, string> text) => Block("rows " + name, true, (row, tokens, read) => vocabulary.Tokenize(text(read(row)), tokens));

    /// <summary>A text of every earlier answer; the same name twice is the same block.</summary>
    /// <param name="text">Of a row and the number of one of its earlier answers.</param>
    /// <returns>The place of the first; <see cref="EarlierTurns.First"/> says how far behind it a row's lie.</returns>
    public int PerTurn(string name, Func<EarlierTexts, int, string> text) => Block("turns " + name, Turns.Total, false, (place, tokens, read) =>
    {
        int row = Turns.RowAt(place);
        vocabulary.Tokenize(text(earlier.GetValue(read(row), own => new EarlierTexts(own)), place - Turns.First(row)), tokens);
    });

    /// <summary>Appends the tokens of an added text.</summary>
    /// <param name="read">Reads a row; not called for a row in error.</param>
    /// <param name="inError">Rows that have no texts.</param>
    public void Encode(int text, List<int> tokens, Func<int, Row> read, Func<int, bool> inError)
    {
        foreach (var (first, count, perRow, encode) in blocks)
        {
            if (text >= first + count) continue;
            int row = text - first;
            if (!perRow || !inError(row)) encode(row, tokens, read);
            return;
        }
        throw new ArgumentOutOfRangeException(nameof(text), text, "no such text");
    }

    private int Block(string name, bool perRow, Action<int, List<int>, Func<int, Row>> encode) => Block(name, perRow ? rows : 1, perRow, encode);

    private int Block(string name, int count, bool perRow, Action<int, List<int>, Func<int, Row>> encode)
    {
        if (known.TryGetValue(name, out int place)) return place;
        place = Count;
        known[name] = place;
        blocks.Add((place, count, perRow, encode));
        Count += count;
        return place;
    }
}
