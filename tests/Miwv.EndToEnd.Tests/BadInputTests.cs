using System.Text;
using Miwv.EndToEnd.Tests.Support;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;
using MiwvProcess = Miwv.EndToEnd.Tests.Support.Miwv;

namespace Miwv.EndToEnd.Tests;

/// <summary>Everything a person can get wrong: one line on stderr, the right exit code, nothing on stdout, no run left behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private const int Failure = 1, Usage = 2;
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    private string Select(int code, string data, params string[] more)
    {
        string line = MiwvProcess.Run(scratch.Root, ["select", data, "-m", Checkout.Model, "--run", scratch["run"], .. more]).OneLine(code);
        Assert.False(Directory.Exists(scratch["run"]), "a run directory was left behind");
        return line;
    }

    private string Model(string model, string? option = "-m") =>
        MiwvProcess.Run(scratch.Root, ["select", Checkout.Data, .. option == "-m" ? (string[])[] : ["-m", Checkout.Model], option!, model, "--limit", "20", "--run", scratch["run"]]).OneLine(Failure);

    [Fact]
    public void NoSuchFile() => Assert.Contains("nowhere.json: ", Select(Failure, scratch["nowhere.json"]), StringComparison.Ordinal);

    [Fact]
    public void AFolderAsData() => Select(Failure, scratch.Root);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("  \n \n", "empty")]
    [InlineData("[]", "no rows")]
    [InlineData("[\n{\"instruction\": \"a\", \"output\": \"b\"},\n{\"instruction\": \"a\" \"output\": \"b\"}\n]", ":3")]
    [InlineData("{\"instruction\": \"a\", \"output\": \"b\"}\n{\"instruction\": \"a\", \"output\": }\n", ":2")]
    [InlineData("[{\"instruction\": \"a\", \"output\": \"b\"}", "ends")]
    [InlineData("5", "")]
    [InlineData("[1, 2, 3]", "JSON object")]
    [InlineData("<html><body>not found</body></html>", "")]
    [InlineData("[{\"question\": \"a\", \"reply\": \"b\"}]", "--columns")]
    [InlineData("[{\"instruction\": \"a\", \"text\": \"b\"}, {\"instruction\": \"c\"}]", "output")]
    [InlineData("[{\"instruction\": 1, \"output\": \"b\"}, {\"instruction\": 2, \"output\": \"c\"}]", "")]
    [InlineData("[{\"id\": 1, \"instruction\": \"a\", \"output\": \"b\"}, {\"id\": 1, \"instruction\": \"c\", \"output\": \"d\"}]", "--ids position")]
    public void BrokenData(string text, string fragment)
    {
        string line = Select(Failure, scratch.Write("data.json", text));
        Assert.Contains("data.json", line, StringComparison.Ordinal);
        Assert.Contains(fragment, line, StringComparison.Ordinal);
    }

    [Fact]
    public void InvalidUtf8()
    {
        byte[] bytes = [.. "[{\"instruction\": \"a\", \"output\": \"b\"},\n{\"instruction\": \""u8, 0xC3, 0x28, .. "\", \"output\": \"b\"}]"u8];
        Assert.Contains(":2", Select(Failure, scratch.Write("data.json", bytes)), StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherEncodingOrABinaryFile()
    {
        Select(Failure, scratch.Write("utf16.json", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("[{\"instruction\": \"a\", \"output\": \"b\"}]")).ToArray()));
        Select(Failure, scratch.Write("bytes.json", [.. Enumerable.Range(0, 5_000).Select(i => (byte)(i * 31))]));
        Select(Failure, Checkout.Model);
    }

    [Fact]
    public void ALineOf200Megabytes()
    {
        using (FileStream file = File.Create(scratch["long.jsonl"]))
        {
            file.Write("{\"instruction\": \"a\", \"output\": \""u8);
            byte[] block = new byte[1 << 20];
            block.AsSpan().Fill((byte)'x');
            for (int i = 0; i < 200; i++) file.Write(block);
            file.Write("\"}\n"u8);
        }
        Assert.Contains("long.jsonl:1", Select(Failure, scratch["long.jsonl"]), StringComparison.Ordinal);
    }

    [Fact]
    public void NoRowThatCanBeScored()
    {
        string data = scratch.Write("data.json", "[{\"instruction\": \"a\", \"output\": \"\"}, {\"instruction\": \"b\", \"output\": \"\"}]");
        MiwvProcess.Result result = MiwvProcess.Run(scratch.Root, "select", data, "-m", Checkout.Model, "--run", scratch["run"], "-o", scratch["out.json"]);
        Assert.Contains("2 empty_answer", result.OneLine(Failure), StringComparison.Ordinal);
        Assert.False(File.Exists(scratch["out.json"]));
    }

    [Fact]
    public void FilesThatAreNoScoringModel()
    {
        ModelShape tiny = ModelShape.Presets["tiny-llama"];
        byte[] whole = RandomModel.Create("tiny", tiny, GgufTensorType.F32, null, 1).ToArray();
        Assert.Contains("nowhere.gguf", Model(scratch["nowhere.gguf"]), StringComparison.Ordinal);
        Assert.Contains("GGUF", Model(scratch.Write("text.gguf", "this is a text\n")), StringComparison.Ordinal);
        Model(scratch.Write("empty.gguf", ""));
        foreach (int length in new[] { 3, 20, 1_000, whole.Length / 2, whole.Length - 1 })
            Assert.Contains("cut.gguf", Model(scratch.Write("cut.gguf", whole[..length])), StringComparison.Ordinal);
        Assert.Contains("tokenizer", Model(scratch.Write("mute.gguf", WithoutTokenizer().ToArray())), StringComparison.Ordinal);
        Model(scratch.Root);
    }

    [Fact]
    public void RealFilesOfTheWrongKind()
    {
        if (Checkout.Shared is not { } shared) return; // the kinds of file are tested one by one with generated ones in Miwv.Llama.Tests
        string embedder = Path.Combine(shared, "models", "wordvec-meta-14k-325d-f32.gguf"), vocabulary = Path.Combine(shared, "models", "vocab", "ggml-vocab-gpt-2.gguf");
        Assert.Contains("embedding model", Model(embedder), StringComparison.Ordinal);
        Assert.Contains("no weights", Model(vocabulary), StringComparison.Ordinal);
        Assert.Contains("no weights", Model(vocabulary, "-e"), StringComparison.Ordinal);
        // the reverse is no mistake: a language model embeds by its mean hidden state
        MiwvProcess.Result reverse = MiwvProcess.Run(scratch.Root, "score", Checkout.Data, "-m", Checkout.Model, "-e", Path.Combine(shared, "models", "stories260K-f32.gguf"), "--limit", "20", "--run", scratch["reverse"]);
        Assert.True(reverse.Code == 0, reverse.Error);
    }

    [Theory]
    [InlineData("0%")]
    [InlineData("200%")]
    [InlineData("-5")]
    [InlineData("0")]
    [InlineData("abc")]
    [InlineData("5.5")]
    [InlineData("")]
    [InlineData("1e3")]
    public void AShareThatIsNone(string top) => Assert.Contains("--top", Select(Usage, Checkout.Data, $"--top={top}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("--frobnicate")]
    [InlineData("--limit=0")]
    [InlineData("--limit=x")]
    [InlineData("-t=0")]
    [InlineData("-ub=-1")]
    [InlineData("-c=0")]
    [InlineData("-fa=maybe")]
    [InlineData("--duplicates=some")]
    [InlineData("--ids=mine")]
    [InlineData("--columns=a:b")]
    [InlineData("--template")]
    public void OptionsThatAreNone(string option) => Select(Usage, Checkout.Data, option);

    [Fact]
    public void ArgumentsThatAreMissingOrTooMany()
    {
        MiwvProcess.Run(scratch.Root, "select").OneLine(Usage);
        MiwvProcess.Run(scratch.Root, "elect", Checkout.Data).OneLine(Usage);
        MiwvProcess.Run(scratch.Root, "select", Checkout.Data, "and", "more").OneLine(Usage);
        // no -m and no model beside the data
        scratch.Write("data.json", "[{\"instruction\": \"a\", \"output\": \"b\"}]");
        Assert.Contains("-m", MiwvProcess.Run(scratch.Root, "select", scratch["data.json"]).OneLine(Usage), StringComparison.Ordinal);
        Assert.Contains("-e", MiwvProcess.Run(scratch.Root, "select", Checkout.Data, "-e", Checkout.Model, "--embeddings", "v.npy").OneLine(Usage), StringComparison.Ordinal);
    }

    [Fact]
    public void OutputsThatCannotBeWritten()
    {
        Assert.Contains("does not exist", Select(Failure, Checkout.Data, "-o", scratch[Path.Combine("no", "such", "folder.json")]), StringComparison.Ordinal);
        Assert.Contains("is a folder", Select(Failure, Checkout.Data, "-o", scratch.Root), StringComparison.Ordinal);
        string data = scratch.Write("data.json", "[{\"instruction\": \"a\", \"output\": \"b\"}, {\"instruction\": \"c\", \"output\": \"d\"}]");
        Assert.Contains("is the input itself", Select(Failure, data, "-o", data), StringComparison.Ordinal);
        if (OperatingSystem.IsLinux() && !Environment.IsPrivilegedProcess)
        {
            Directory.CreateDirectory(scratch["locked"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
            Assert.Contains("cannot be written", Select(Failure, Checkout.Data, "-o", scratch[Path.Combine("locked", "o.json")]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AFullOrClosedStandardOutput()
    {
        if (!OperatingSystem.IsLinux()) return; // /dev/full
        string select = $"\"$MIWV\" select '{Checkout.Data}' -q -t 1 --exact --limit 20 --run '{scratch["run"]}' -o -";
        Assert.Contains("No space left", MiwvProcess.Shell(scratch.Root, $"{select} >/dev/full").OneLine(Failure), StringComparison.Ordinal);
        // somebody who reads one line and goes away is no error worth more than a line
        MiwvProcess.Result closed = MiwvProcess.Shell(scratch.Root, $"{select} --top 100% | head -n 1");
        Assert.Equal("[\n", closed.Output);
        Assert.DoesNotContain("   at ", closed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunDirectoryThatCannotBe()
    {
        scratch.Write("file", "");
        string line = MiwvProcess.Run(scratch.Root, "select", Checkout.Data, "--limit", "5", "--run", scratch["file"]).OneLine(Failure);
        Assert.Contains("file", line, StringComparison.Ordinal);
        Directory.CreateDirectory(scratch["mine"]);
        scratch.Write(Path.Combine("mine", "thesis.txt"), "");
        Assert.Contains("other files", MiwvProcess.Run(scratch.Root, "select", Checkout.Data, "--limit", "5", "--run", scratch["mine"]).OneLine(Failure), StringComparison.Ordinal);
    }

    private static GgufWriter WithoutTokenizer()
    {
        var writer = new GgufWriter().Add("general.architecture", "llama");
        foreach (var (key, value) in new[] { ("context_length", 64u), ("embedding_length", 32u), ("block_count", 1u), ("feed_forward_length", 32u), ("attention.head_count", 2u) })
            writer.Add($"llama.{key}", value);
        return writer.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f).AddTensor("token_embd.weight", GgufTensorType.F32, [32, 10], static (_, bytes) => bytes.Clear());
    }
}
