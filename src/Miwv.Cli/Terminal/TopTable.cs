using System.Globalization;
using Miwv.Data;
using Miwv.Engine.Results;

namespace Miwv.Cli.Terminal;

/// <summary>Rows with their scores, one line each.</summary>
internal static class TopTable
{
    public static void Write(TextWriter output, RowFile rows, IEnumerable<StoredScore> chosen)
    {
        int text = Math.Max(20, Width() - 62);
        output.WriteLine($"{"rank",4}  {"miwv",8}  {"zero",8}  {"one",8}  {"cosine",6}  {"id",-16}  instruction");
        int rank = 0;
        foreach (var score in chosen)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{++rank,4}  {score.Miwv,8:F4}  {score.ZeroShot,8:F4}  {score.OneShot,8:F4}  {score.Cosine,6:F3}  {Cells.Fit(score.Id.ToString(), 16)}  {Cells.Cut(rows.Read(score.Row).EmbeddingText, text)}"));
    }

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
