using Miwv.Data;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Llama.Tests.Gguf;

/// <summary>Every class of file that has crashed or hung native GGUF readers, one named file or more each.</summary>
public sealed class GgufHostileTests : IDisposable
{
    private readonly GgufScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    private void Refused(string name, byte[] file, string reason) =>
        Assert.Contains(reason, _scratch.Refusal(name, file), StringComparison.Ordinal);

    // Class 1: counts and lengths far beyond the file.

    [Theory]
    [InlineData(1UL << 62)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1_000_000UL)]
    public void Class1_KeyCount(ulong count) =>
        Refused("1-key-count.gguf", new GgufWriter().Header().With(16, count), $"claims {count} metadata keys");

    [Theory]
    [InlineData(1UL << 62)]
    [InlineData(ulong.MaxValue)]
    [InlineData(40_000UL)]
    public void Class1_TensorCount(ulong count) =>
        Refused("1-tensor-count.gguf", TinyModels.Llama().ToArray().With(8, count), $"claims {count} tensors");

    [Theory]
    [InlineData(1UL << 62)]
    [InlineData(1UL << 63)]
    [InlineData(100_000UL)]
    public void Class1_StringLength(ulong length)
    {
        byte[] file = TinyModels.Llama().ToArray();
        Refused("1-string-length.gguf", file.With(file.After("general.name") + 4, length), "cut short: key \"general.name\" claims");
    }

    [Theory]
    [InlineData(1UL << 61)]
    [InlineData(1UL << 62)]
    [InlineData(ulong.MaxValue)]
    [InlineData(30_000UL)]
    public void Class1_ArrayLength(ulong length)
    {
        byte[] file = TinyModels.Llama().ToArray();
        Refused("1-array-length.gguf", file.With(file.After("tokenizer.ggml.scores") + 8, length), "cut short: key \"tokenizer.ggml.scores\" claims");
    }

    [Fact]
    public void Class1_StringInArray()
    {
        byte[] file = TinyModels.Llama().ToArray();
        Refused("1-element-length.gguf", file.With(file.After("tokenizer.ggml.tokens") + 16, 1UL << 63), "element 0 ends at byte");
    }

    [Fact]
    public void Class1_FortyThreeBytes()
    {
        // 24 bytes of header, a key of one letter, an array of 2^62 bytes: what hung a reader that looped over the claim.
        byte[] file = [.. new GgufWriter().Add("k", [0]).Header().AsSpan(0, 24), 1, 0, 0, 0, 0, 0, 0, 0, (byte)'k', 9, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(43, file.Length);
        Refused("1-43-bytes.gguf", file, "cut short");
    }

    [Fact]
    public void Class1_NestedArray()
    {
        byte[] file = TinyModels.Llama().ToArray();
        Refused("1-nested-array.gguf", file.With(file.After("tokenizer.ggml.scores") + 4, 9, 4), "array of arrays");
    }

    // Class 2: dimensions whose product wraps.

    [Theory]
    [InlineData(1UL << 62, 4UL)]
    [InlineData((1UL << 42) + 1, 1UL << 22)]
    [InlineData(1UL << 32, 1UL << 32)]
    [InlineData(ulong.MaxValue, 1UL)]
    [InlineData(1UL << 63, 0UL)]
    public void Class2_WrappingShape(ulong first, ulong second) =>
        Refused("2-wrapping-shape.gguf", TinyModels.Settings().AddTensorEntry("token_embd.weight", 0, [first, second], 0).Header(), "tensor \"token_embd.weight\" has");

    [Fact]
    public void Class2_BytesWrap() =>
        Refused("2-bytes-wrap.gguf", TinyModels.Settings().AddTensorEntry("t", 28, [1UL << 61], 0).Header(), "cut short");

    [Fact]
    public void Class2_TensorBeyondFile() =>
        Refused("2-beyond-file.gguf", TinyModels.Settings().AddTensorEntry("t", 0, [1 << 20, 4], 0).Header(), "cut short: tensor \"t\" ends at byte 16777");

    [Fact]
    public void Class2_FiveDimensions() =>
        Refused("2-five-dimensions.gguf", TinyModels.Settings().AddTensorEntry("t", 0, [1, 1, 1, 1, 1], 0).Header(), "5 dimensions");

    [Fact]
    public void Class2_HalfABlock() =>
        Refused("2-half-a-block.gguf", TinyModels.Settings().AddTensorEntry("t", 8, [48, 2], 0).Header(), "rows of 48 elements, not a multiple of 32");

    // Class 3: arrays declared narrower or shorter than what the reader casts them to.

    [Theory]
    [InlineData("scores", 0)]
    [InlineData("scores", 3)]
    [InlineData("token_type", 0)]
    [InlineData("token_type", 7)]
    public void Class3_NarrowArray(string name, int elementType)
    {
        string key = $"tokenizer.ggml.{name}";
        byte[] narrow = new byte[16];
        GgufWriter writer = TinyModels.Settings().Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.tokens", ["a", "b", "c", "d"]);
        narrow.With(0, 9, 4).With(4, (ulong)elementType, 4).With(8, 4);
        writer.AddEncoded(key, [.. narrow, .. new byte[4 * (elementType == 3 ? 2 : 1)]]);
        Refused("3-narrow-array.gguf", writer.Header(), $"{key} is array of");
    }

    [Fact]
    public void Class3_ShortArrays()
    {
        GgufWriter Base() => TinyModels.Settings().Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.tokens", ["a", "b", "c", "d"]);
        Refused("3-short-scores.gguf", Base().Add("tokenizer.ggml.scores", [1f, 2f, 3f]).Header(), "3 entries for 4 tokens");
        Refused("3-short-types.gguf", Base().Add("tokenizer.ggml.token_type", [1, 1, 1]).Header(), "3 entries for 4 tokens");
        Refused("3-tokens-not-text.gguf", TinyModels.Settings().Add("tokenizer.ggml.tokens", [1, 2]).Header(), "not an array of String");
        Refused("3-merges-not-text.gguf", Base().Add("tokenizer.ggml.merges", [1, 2]).Header(), "not an array of String");
        Refused("3-special-id.gguf", Base().Add("tokenizer.ggml.bos_token_id", 4u).Header(), "bos_token_id is 4, the vocabulary has 4 tokens");
    }

    // Class 4: byte tokens that are not bytes; and what else ends the tokenizer.

    [Theory]
    [InlineData("<0x-1>")]
    [InlineData("<0xG0>")]
    [InlineData("<0x1>")]
    [InlineData("<0x001>")]
    [InlineData("<0x 1>")]
    [InlineData("x")]
    [InlineData("")]
    public void Class4_ByteToken(string token) =>
        Refused("4-byte-token.gguf", TinyModels.Settings().Add("tokenizer.ggml.model", "llama")
            .Add("tokenizer.ggml.tokens", ["a", token]).Add("tokenizer.ggml.token_type", [1, 6]).Header(), "token 1 is marked as a byte");

    [Theory]
    [InlineData("<0xE3>x")]
    [InlineData("<0xe2>")]
    public void Class4_MissingByte(string instead)
    {
        string[] tokens = [.. Enumerable.Range(0, 256).Select(b => b == 0xE2 ? instead : $"<0x{b:X2}>")];
        Refused("4-missing-byte.gguf", TinyModels.Settings().Add("tokenizer.ggml.model", "llama").Add("tokenizer.ggml.tokens", tokens).Header(), "no token for the byte 0xE2");
    }

    [Theory]
    [InlineData("b", "b")]
    [InlineData("b\0x", "b\0y")]
    [InlineData("", "[EMPTY_1]")]
    public void Class4_DoubledToken(string first, string second) =>
        Refused("4-doubled-token.gguf", TinyModels.Settings().Vocabulary("a", first, "c", second).Header(), "tokens 1 and 3 are both");

    // Class 5: alignment.

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(48u)]
    [InlineData(2u << 20)]
    [InlineData(0x80000000u)]
    public void Class5_Alignment(uint alignment) =>
        Refused("5-alignment.gguf", TinyModels.Settings().Add("general.alignment", alignment).Header(), $"general.alignment is {alignment}");

    [Fact]
    public void Class5_AlignmentOfOtherType()
    {
        Refused("5-alignment-text.gguf", TinyModels.Settings().Add("general.alignment", "32").Header(), "general.alignment is String");
        Refused("5-alignment-float.gguf", TinyModels.Settings().Add("general.alignment", 32f).Header(), "general.alignment is Float32");
    }

    [Fact]
    public void Class5_AlignmentThatMisplacesWeights()
    {
        // The data follows the header at the next multiple of 8, which is a multiple of 32 for a quarter of all headers.
        GgufWriter Writer(int padding) => new GgufWriter { Alignment = 8 }.Add("general.architecture", "llama").Add("general.alignment", 8u)
            .Add("text", new string('x', padding)).AddTensorEntry("t", 0, [8], 0);
        int lucky = Enumerable.Range(0, 32).First(p => Writer(p).Header().Length % 32 == 0);
        Assert.True(_scratch.Open("5-lucky.gguf", [.. Writer(lucky).Header(), .. new byte[64]]).HasTensor("t"));
        Refused("5-misplaced.gguf", [.. Writer(lucky + 8).Header(), .. new byte[64]], "not a multiple of 32 as libllama needs");
    }

    // Class 6: doubled names, unknown types, wrong places.

    [Fact]
    public void Class6_DoubledNames()
    {
        Refused("6-doubled-key.gguf", TinyModels.Settings().Add("llama.block_count", 2u).Header(), "key \"llama.block_count\" is there twice");
        Refused("6-doubled-tensor.gguf", TinyModels.Settings().AddTensorEntry("t", 0, [0], 0).AddTensorEntry("t", 0, [0], 0).Header(), "tensor \"t\" is there twice");
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(4u)]
    [InlineData(31u)]
    [InlineData(43u)]
    [InlineData(0x80000000u)]
    public void Class6_TensorType(uint type) =>
        Refused("6-tensor-type.gguf", TinyModels.Settings().AddTensorEntry("t", type, [32], 0).Header(), $"tensor type {type}");

    [Theory]
    [InlineData(32UL)]
    [InlineData(1UL)]
    [InlineData(1UL << 62)]
    [InlineData(ulong.MaxValue)]
    public void Class6_Hole(ulong offset) =>
        Refused("6-hole.gguf", [.. TinyModels.Settings().AddTensorEntry("t", 0, [8], offset).Header(), .. new byte[128]],
            offset > long.MaxValue ? "cut short" : $"lies at byte {offset} of the data, 0 is its place");

    [Fact]
    public void Class6_Overlap() =>
        Refused("6-overlap.gguf", [.. TinyModels.Settings().AddTensorEntry("a", 0, [16], 0).AddTensorEntry("b", 0, [16], 32).Header(), .. new byte[256]],
            "tensor \"b\" lies at byte 32 of the data, 64 is its place");

    [Fact]
    public void Class6_ValuesAndNames()
    {
        byte[] file = TinyModels.Llama().ToArray();
        Refused("6-bool.gguf", file.With(file.After("add_bos_token") + 4, 2, 1), "a bool with the value 2");
        file = TinyModels.Llama().ToArray();
        Refused("6-value-type.gguf", file.With(file.After("general.name"), 13, 4), "unknown value type 13");
        Refused("6-name-64.gguf", TinyModels.Settings().AddTensorEntry(new string('n', 64), 0, [0], 0).Header(), "a name of 64 bytes");
        Refused("6-name-nul.gguf", TinyModels.Settings().AddTensorEntry("a\0b", 0, [0], 0).Header(), "control characters in its name");
        Refused("6-key-escape.gguf", TinyModels.Settings().Add("a\u001b[2Jb", 1u).Header(), "control characters in its name");
        Refused("6-key-empty.gguf", TinyModels.Settings().Add("", 1u).Header(), "a name of 0 bytes");
        Refused("6-architecture-number.gguf", new GgufWriter().Add("general.architecture", 1u).Header(), "general.architecture is UInt32");
        Refused("6-architecture-missing.gguf", new GgufWriter().Add("general.name", "x").Header(), "no general.architecture");
        Refused("6-architecture-line.gguf", new GgufWriter().Add("general.architecture", "ll\nama").Header(), "not a plain name");
    }

    [Theory]
    [InlineData(0u, "version 0")]
    [InlineData(1u, "version 1")]
    [InlineData(4u, "version 4")]
    [InlineData(0x03000000u, "big-endian")]
    public void Class6_Version(uint version, string reason) =>
        Refused("6-version.gguf", TinyModels.Llama().ToArray().With(4, version, 4), reason);

    // Class 7 (8 in the list of the issue): a chat template with code in it is a text like any other.

    [Fact]
    public void Class7_TemplateIsOnlyText()
    {
        const string payload = "{{ ''.__class__.__mro__[1].__subclasses__() }}\n{% for x in range(10**9) %}{% endfor %}";
        GgufFile file = _scratch.Open("7-template.gguf", TinyModels.Llama().Add("tokenizer.chat_template", payload).ToArray());
        Assert.Equal(payload, file.ChatTemplate);
        file.RequireScoringModel();
    }

    // Files that are something else altogether.

    [Theory]
    [InlineData("Once upon a time", "starts with \"Once u\"")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull")]
    [InlineData("PK\u0003\u0004aaaaaaaaaaaaaaaa", "PyTorch")]
    [InlineData("<!DOCTYPE html>", "web page")]
    [InlineData("tjgg0000000000000000", "before GGUF")]
    [InlineData("GG", "not a GGUF file")]
    [InlineData("", "empty")]
    public void NotGguf(string content, string reason) =>
        Refused("model.gguf", System.Text.Encoding.UTF8.GetBytes(content), reason);

    [Fact]
    public void MissingAndFolder()
    {
        string missing = Path.Combine(Path.GetTempPath(), "miwv-no-such-model.gguf");
        Assert.Contains("no such file", GgufScratch.OneLine(missing, Assert.Throws<UserException>(() => GgufFile.Open(missing))), StringComparison.Ordinal);
        string folder = Path.GetTempPath();
        Assert.Contains("a directory", GgufScratch.OneLine(folder, Assert.Throws<UserException>(() => GgufFile.Open(folder))), StringComparison.Ordinal);
    }
}
