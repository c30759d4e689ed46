using System.Globalization;
using Miwv.Data;
using Miwv.Engine.Explain;
using Miwv.Engine.Results;
using Miwv.Metrics;

namespace Miwv.Cli.Terminal;

/// <summary>A row's explanation as lines: what the run has of it, and then what the model has to be asked for.</summary>
internal sealed class ExplainText(StoredRun run, int row, int width, bool color)
{
    private readonly StoredScore score = run.Scores[row];
    private List<StyledLine> lines = [];

    /// <summary>The row, its numbers and its prompt.</summary>
    /// <param name="reason">What the status means for this row.</param>
    public List<StyledLine> Head(string reason)
    {
        lines = [];
        string status = score.Status.StartsWith("error:", StringComparison.Ordinal) ? "error" : score.Status;
        Line().Add($"row {score.Id}", Palette.Title).Add($"  line {run.Rows.Line(row)} of {run.Settings.DataPath}", Palette.Dim);
        Line().Add("status    ").Add(status, status == "ok" ? Palette.Good : Palette.Warning).Add("  " + reason);
        if (score.DemonstrationCut) Line().Add("          the end of the neighbour's answer was cut to fit the window");
        Numbers();
        if (run.Rows.Read(row) is { Error: null } own) Text("prompt", own.EmbeddingText);
        return lines;
    }

    /// <summary>Its answer, token by token if <paramref name="tokens"/> are known, and its neighbour.</summary>
    public List<StyledLine> Rest(AnswerTokens? tokens)
    {
        lines = [];
        if (run.Rows.Read(row) is { Error: null } own)
        {
            if (tokens is null) Text("answer", own.Output);
            else
            {
                Title("answer");
                foreach (var line in AnswerText.Lines(tokens, width - 2, color)) Indent(line);
                foreach (var line in AnswerText.Legend(color)) Indent(line);
            }
        }
        if (run.NeighborOf(row) is >= 0 and var neighbor)
        {
            var shown = run.Rows.Read(neighbor);
            Text(string.Create(CultureInfo.InvariantCulture, $"neighbour {score.Neighbor}, cosine {score.Cosine:F4}: its prompt"), shown.EmbeddingText);
            Text("its answer", shown.Output);
        }
        return lines;
    }

    private void Numbers()
    {
        if (double.IsNaN(score.Miwv) && score.Further.Count == 0) return;
        if (!double.IsNaN(score.Miwv))
        {
            string verdict = score.Miwv > 0 ? "the example made the answer harder to predict" : score.Miwv < 0 ? "the example made the answer easier to predict" : "the example changed nothing";
            Line().Add(string.Create(CultureInfo.InvariantCulture,
                $"losses    {score.ZeroShot:F4} without example, {score.OneShot:F4} with it (nats a token, {score.AnswerTokens} tokens): {verdict}"));
        }
        int names = Math.Max(9, run.MetricNames.Max(name => name.Length));
        foreach (string metric in run.MetricNames)
        {
            var (rank, of) = run.RankOf(row, metric);
            if (rank == 0) continue;
            string first = StoredColumns.BetterOf(metric) == Better.Low ? ", lowest first" : "";
            Line().Add(string.Create(CultureInfo.InvariantCulture, $"{metric.PadRight(names)} {score.Value(metric),9:F4}   rank {rank:N0} of {of:N0}, percentile {Percentile(rank, of):F1}{first}"));
        }
    }

    /// <summary>Share of the other ranked rows that come behind, percent.</summary>
    internal static double Percentile(int rank, int of) => of == 1 ? 100 : 100.0 * (of - rank) / (of - 1);

    private void Text(string title, string text)
    {
        Title(title);
        foreach (string line in Cells.Wrap(text, width - 2)) Indent(new StyledLine().Add(line));
    }

    private void Title(string title)
    {
        Line();
        Line().Add(title, Palette.Title);
    }

    private void Indent(StyledLine text)
    {
        var line = Line().Add("  ");
        foreach (var part in text.Parts) line.Add(part.Text, part.Style);
    }

    private StyledLine Line()
    {
        lines.Add(new StyledLine());
        return lines[^1];
    }
}
