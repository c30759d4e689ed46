using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Retrieval;

namespace Miwv.Cli.Report;

/// <summary>A run packed for the page: little-endian arrays and deflated texts, all base64, so that nothing of the rows' text is ever markup.</summary>
internal sealed class ReportData(StoredRun run, CancellationToken cancel)
{
    private const int Clusters = 12, ClusterRounds = 12, ManyRows = 20_000, ShortText = 600, LongText = 4000;

    private static readonly SearchValues<char> Unprintable = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(c => (char)c).Where(c => c is not ('\n' or '\t' or '\r')), '\u007f', '\u200e', '\u200f', .. "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]);

    /// <summary>What stands between two rows and between a row's texts.</summary>
    private const char RowEnd = '\u001e', FieldEnd = '\u001f';

    /// <summary>Name, element type and base64 of each array; the page knows them by name.</summary>
    public List<PackedArray> Arrays()
    {
        int count = run.Scores.Count;
        var arrays = new List<PackedArray>
        {
            Pack("tokens", [.. run.Scores.Select(s => s.AnswerTokens)]),
            Pack("neighbor", [.. Enumerable.Range(0, count).Select(row => run.NeighborOf(row) is var near && near < count ? near : -1)]),
            Pack("cosine", run.Values("cosine")),
        };
        foreach (string metric in run.MetricNames) arrays.Add(Pack("metric:" + metric, run.Values(metric)));
        AddMap(arrays);
        return arrays;
    }

    /// <summary>Per row: id, status, prompt, answer; deflated, base64. Long texts are cut so that large sets stay small files.</summary>
    public string Texts()
    {
        int most = run.Scores.Count > ManyRows ? ShortText : LongText;
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        using (var writer = new StreamWriter(deflate, new UTF8Encoding(false)))
            for (int row = 0; row < run.Scores.Count; row++)
            {
                if ((row & 1023) == 0) cancel.ThrowIfCancellationRequested();
                var texts = run.Rows.Read(row);
                if (row > 0) writer.Write(RowEnd);
                writer.Write(Plain(texts.Id.Text, most));
                foreach (string text in (string[])[run.Scores[row].Status, texts.EmbeddingText, texts.Output])
                {
                    writer.Write(FieldEnd);
                    writer.Write(Plain(text, most));
                }
            }
        return Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
    }

    // a map if the run's vectors are still there
    private void AddMap(List<PackedArray> arrays)
    {
        if (!File.Exists(run.Directory.EmbeddingsFile)) return;
        using var store = EmbeddingStore.Open(run.Directory.EmbeddingsFile, null, cancel);
        int known = Enumerable.Range(0, store.Count).Count(row => !store.IsZero(row));
        if (store.Count != run.Scores.Count || known == 0) return;
        var (x, y) = PrincipalPlane.Project(store, cancel);
        arrays.Add(Pack("x", x));
        arrays.Add(Pack("y", y));
        arrays.Add(Pack("cluster", KMeans.Run(store, Math.Min(Clusters, known), seed: 1, ClusterRounds, cancellation: cancel).Assignment));
    }

    // the page shows text only as text; what would be invisible in it or turn its direction is made visible
    private static string Plain(string text, int most)
    {
        string cut = text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + " …";
        return cut.AsSpan().IndexOfAny(Unprintable) < 0 ? cut : string.Concat(cut.Select(c => Unprintable.Contains(c) ? '\uFFFD' : c));
    }

    private static PackedArray Pack(string name, double[] values) => Pack(name, Array.ConvertAll(values, v => (float)v));
    private static PackedArray Pack(string name, float[] values) => new(name, "f32", Convert.ToBase64String(MemoryMarshal.AsBytes(values.AsSpan())));
    private static PackedArray Pack(string name, int[] values) => new(name, "i32", Convert.ToBase64String(MemoryMarshal.AsBytes(values.AsSpan())));
}
