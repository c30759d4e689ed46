using System.Globalization;
using System.Text;
using Miwv.Engine.Results;
using Miwv.Retrieval;

namespace Miwv.Cli.Tests;

/// <summary>A finished run of many rows of made-up sentences, with vectors in clusters.</summary>
internal sealed class LargeRun : IDisposable
{
    private const int Dimension = 16, Groups = 9;

    public LargeRun(int rows)
    {
        Directory.CreateDirectory(Folder);
        string[] words = [.. Enumerable.Range(0, 4000).Select(Word)];
        var random = new Random(5);
        using (var data = new StreamWriter(Data))
        using (var scores = new StreamWriter(Path.Combine(Folder, "scores.jsonl")))
        using (var vectors = EmbeddingStoreWriter.Create(Path.Combine(Folder, "embeddings.miwv"), Dimension, rows, StoreType.F32, "made up"))
        {
            for (int row = 0; row < rows; row++)
            {
                int tokens = 4 + (int)Math.Exp(random.NextDouble() * 5);
                data.WriteLine($"{{\"instruction\": \"{Sentence(words, random, 6 + random.Next(20))}\", \"output\": \"{Sentence(words, random, tokens)}\"}}");
                double zero = 0.2 + 4 * random.NextDouble(), one = zero + random.NextDouble() * random.NextDouble() * 2 - 0.7;
                bool ok = row % 40 != 7;
                scores.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{{\"id\":{row},\"status\":\"{(ok ? "ok" : "too_long")}\",\"neighbor\":{(row + 1) % rows},\"cosine\":{0.5 + random.NextDouble() / 2},\"n_answer\":{tokens},\"zero_nll\":{Or(ok, zero)},\"one_nll\":{Or(ok, one)},\"miwv\":{Or(ok, one - zero)},\"demo_cut\":false,\"ifd\":{Or(ok, zero / 5)}}}"));
                var vector = new float[Dimension];
                for (int i = 0; i < Dimension; i++) vector[i] = (float)(random.NextDouble() - 0.5 + (row % Groups == i ? 2 : 0));
                vectors.Append(vector);
            }
            vectors.Complete();
        }
        File.WriteAllText(Path.Combine(Folder, "run.json"), SmallRun.RunJson(Data, Path.Combine(Root, "gone.gguf")));
        Run = StoredRun.Open(Folder, default);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("miwv-ui-").FullName;
    public string Data => Path.Combine(Root, "rows.jsonl");
    public string Folder => Path.Combine(Root, "run");
    public StoredRun Run { get; }

    public void Dispose()
    {
        Run.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    private static string Or(bool known, double value) => known ? value.ToString("R", CultureInfo.InvariantCulture) : "null";

    private static string Word(int number)
    {
        var word = new StringBuilder();
        for (number += 30; number > 0; number /= 30) word.Append("bcdfgklmnprstv"[number % 14]).Append("aeiou"[number % 5]);
        return word.ToString();
    }

    // small numbers are drawn more often, as common words are
    private static string Sentence(string[] words, Random random, int length) =>
        string.Join(' ', Enumerable.Range(0, length).Select(_ => words[(int)(words.Length * Math.Pow(random.NextDouble(), 3))]));
}
