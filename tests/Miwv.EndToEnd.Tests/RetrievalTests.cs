using System.Globalization;
using System.Text.RegularExpressions;
using Miwv.EndToEnd.Tests.Support;
using MiwvProcess = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests;

/// <summary>embed, index and neighbors, one after the other as a person would.</summary>
public sealed partial class RetrievalTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    /// <summary>The sample, and the 17,087 real rows where they are.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheDefaultsOfTheIndexFindNearlyEveryNearestRow(bool real)
    {
        if (real && Checkout.Shared is null) return; // the sample stands for it
        string[] arguments = real
            ? [Path.Combine(Checkout.Shared!, "data", "alpaca_17k.json"), "-m", Path.Combine(Checkout.Shared!, "models", "stories260K-f32.gguf"), "-e", Path.Combine(Checkout.Shared!, "models", "wordvec-meta-14k-325d-f32.gguf")]
            : [Checkout.Data];
        MiwvProcess.Result result = MiwvProcess.Run(scratch.Root, ["index", .. arguments, "--run", scratch["run"]]);
        Assert.True(result.Code == 0, result.Error);
        Match recall = Recall().Match(result.Output);
        Assert.True(recall.Success, result.Output);
        Assert.True(double.Parse(recall.Groups[1].Value, CultureInfo.InvariantCulture) >= 0.993, result.Output);
        Assert.Contains("1,000 rows", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void StagesShareOneRunDirectory()
    {
        Run("embed");
        byte[] vectors = File.ReadAllBytes(In("embeddings.miwv"));
        DateTime embedded = File.GetLastWriteTimeUtc(In("embeddings.miwv"));
        Run("index");
        byte[] index = File.ReadAllBytes(In("index.hnsw"));
        string auto = Run("neighbors").Output;
        MiwvProcess.Result changed = Run("neighbors", "--search", "exact");
        Assert.Contains("nothing was scored there yet, so this may change: --search: was auto, is exact", changed.Error, StringComparison.Ordinal);
        Assert.Equal(auto, changed.Output);
        Assert.Equal(auto, Run("neighbors", "--search", "hnsw", "--ef-search", "150").Output); // as wide as the data
        Assert.Equal(index, File.ReadAllBytes(In("index.hnsw")));

        index[index.Length / 2] ^= 1;
        File.WriteAllBytes(In("index.hnsw"), index);
        MiwvProcess.Result rebuilt = Run("index");
        Assert.Contains("index.hnsw: the index is damaged (checksum differs); building it again", rebuilt.Error, StringComparison.Ordinal);
        index[index.Length / 2] ^= 1;
        Assert.Equal(index, File.ReadAllBytes(In("index.hnsw")));
        Assert.Equal((embedded, vectors.Length), (File.GetLastWriteTimeUtc(In("embeddings.miwv")), vectors.Length));

        Run("select");
        MiwvProcess.Result refused = MiwvProcess.Run(scratch.Root, "neighbors", Checkout.Data, "--limit", "150", "--run", scratch["run"], "--search", "hnsw");
        Assert.Contains("--search: was auto, is hnsw", refused.OneLine(1), StringComparison.Ordinal);

        // an index that the user names is taken or refused, never replaced
        string[] more = ["index", Checkout.Data, "--limit", "150", "--run", scratch["more"], "--from-index"];
        Assert.Equal(0, MiwvProcess.Run(scratch.Root, [.. more, In("index.hnsw")]).Code);
        Assert.Equal(index, File.ReadAllBytes(Path.Combine(scratch["more"], "index.hnsw")));
        File.Delete(Path.Combine(scratch["more"], "index.hnsw"));
        File.WriteAllBytes(scratch["cut"], index[..^9]);
        Assert.Contains("cut: the index has", MiwvProcess.Run(scratch.Root, [.. more, scratch["cut"]]).OneLine(1), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(scratch["more"], "index.hnsw")));
    }

    [Fact]
    public void ASentenceFindsItsNearestRows()
    {
        var row = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Checkout.Data))!.AsArray()[7]!;
        string text = (string)row["instruction"]! + "\n" + (string)row["input"]!;
        foreach (string query in new[] { text, text[..text.IndexOf(' ', StringComparison.Ordinal)] }) // one word too
        {
            string[] lines = Run("neighbors", "--query", query, "-k", "3").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(3, lines.Length);
            double[] cosines = [.. lines.Select(line => (double)System.Text.Json.Nodes.JsonNode.Parse(line)!["cosine"]!)];
            Assert.Equal(cosines.OrderDescending(), cosines);
            if (query == text) Assert.Equal(text, (string)System.Text.Json.Nodes.JsonNode.Parse(lines[0])!["text"]!);
        }
    }

    [Fact]
    public void VectorsLeaveAndComeBackAsArrays()
    {
        foreach (string type in new[] { "f32", "f16" })
        {
            string run = scratch[type], npy = scratch[type + ".npy"];
            MiwvProcess.Result made = MiwvProcess.Run(scratch.Root, "embed", Checkout.Data, "--limit", "150", "--store", type, "--run", run, "-o", npy);
            Assert.True(made.Code == 0, made.Error);
            MiwvProcess.Result own = MiwvProcess.Run(scratch.Root, "neighbors", Checkout.Data, "--limit", "150", "--store", type, "--run", run);
            MiwvProcess.Result imported = MiwvProcess.Run(scratch.Root, "neighbors", Checkout.Data, "--limit", "150", "--store", type, "--embeddings", npy, "--run", run + "2");
            Assert.True(imported.Code == 0, imported.Error);
            Assert.Equal(Pairs(own.Output), Pairs(imported.Output));
            Assert.Contains("the array has 150 rows, the data set 140", MiwvProcess.Run(scratch.Root, "neighbors", Checkout.Data, "--limit", "140", "--embeddings", npy, "--run", run + "3").OneLine(1), StringComparison.Ordinal);
        }
        Assert.True(new FileInfo(Path.Combine(scratch["f16"], "embeddings.miwv")).Length < 0.7 * new FileInfo(Path.Combine(scratch["f32"], "embeddings.miwv")).Length);
        Assert.Contains("--store: was f32, is f16", MiwvProcess.Run(scratch.Root, "embed", Checkout.Data, "--limit", "150", "--store", "f16", "--run", scratch["f32"]).OneLine(1), StringComparison.Ordinal);

        // unit vectors are normalised once more when they come back, which may turn a last bit of a cosine
        static string[] Pairs(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(",\"cosine\"")[0])];
    }

    /// <summary>Without AVX-512, without AVX2 and without any vector instruction: the same files.</summary>
    [Fact]
    public void EveryInstructionSetGivesTheSameFiles()
    {
        byte[][]? expected = null;
        foreach (string without in new[] { "MIWV_NOTHING", "DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic" })
        {
            string run = scratch[without];
            foreach (string command in new[] { "index", "neighbors -k 3 -o " + scratch["lines"] })
            {
                MiwvProcess.Result result = MiwvProcess.Shell(scratch.Root, $"{without}=0 \"$MIWV\" {command} \"{Checkout.Data}\" --limit 150 --run \"{run}\"");
                Assert.True(result.Code == 0, result.Error);
            }
            byte[][] found = [.. new[] { "embeddings.miwv", "index.hnsw", "neighbors.bin" }.Select(name => File.ReadAllBytes(Path.Combine(run, name))), File.ReadAllBytes(scratch["lines"])];
            expected ??= found;
            for (int i = 0; i < found.Length; i++) Assert.True(expected[i].AsSpan().SequenceEqual(found[i]), $"{without}: file {i} is another");
        }
    }

    private string In(string name) => Path.Combine(scratch["run"], name);

    private MiwvProcess.Result Run(string command, params string[] options)
    {
        MiwvProcess.Result result = MiwvProcess.Run(scratch.Root, [command, Checkout.Data, "--limit", "150", "--run", scratch["run"], .. options]);
        Assert.True(result.Code == 0, result.Error);
        return result;
    }

    [GeneratedRegex(@"^recall +([0-9.]+) ", RegexOptions.Multiline)]
    private static partial Regex Recall();
}
