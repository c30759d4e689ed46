using System.Globalization;
using Miwv.Data;
using Miwv.Engine.Results;

namespace Miwv.Cli.Terminal;

/// <summary>Rows with their scores, one line each.</summary>
internal static class TopTable
{
    /// <param name="metric">The metric that the rows are ranked by, with its value of each row; MIWV has its own column.</param>
    public static void Write(TextWriter output, RowFile rows, string metric, IEnumerable<(StoredScore Score, double Value)> chosen)
    {
        bool other = metric != "miwv";
        int text = Math.Max(20, Width() - (other ? 74 : 62));
        output.WriteLine($"{"rank",4}  {(other ? $"{Cells.Fit(metric, 10)}  " : "")}{"miwv",8}  {"zero",8}  {"one",8}  {"cosine",6}  {"id",-16}  instruction");
        int rank = 0;
        foreach (var (score, value) in chosen)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{++rank,4}  {(other ? string.Create(CultureInfo.InvariantCulture, $"{value,10:F4}  ") : "")}{Number(score.Miwv)}  {Number(score.ZeroShot)}  {Number(score.OneShot)}  {(double.IsNaN(score.Cosine) ? "     -" : score.Cosine.ToString("F3", CultureInfo.InvariantCulture).PadLeft(6))}  {Cells.Fit(score.Id.ToString(), 16)}  {Cells.Cut(rows.Read(score.Row).EmbeddingText, text)}"));
    }

    private static string Number(double value) => double.IsNaN(value) ? $"{"-",8}" : value.ToString("F4", CultureInfo.InvariantCulture).PadLeft(8);

    internal static int Width()
    {
        try
        {
            return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? 120 : Console.WindowWidth;
        }
        catch (IOException)
        {
            return 120;
        }
    }
}
