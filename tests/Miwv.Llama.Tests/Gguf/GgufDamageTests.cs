using Miwv.Data;
using Miwv.Llama.Gguf;

namespace Miwv.Llama.Tests.Gguf;

/// <summary>Cuts and random damage: one line or a sound file, never anything else.</summary>
public sealed class GgufDamageTests : IDisposable
{
    private const long MaxAllocated = 16 << 20;

    private readonly GgufScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void CutAtEveryByteOfTheHeader()
    {
        var writer = TinyModels.Llama();
        byte[] file = writer.ToArray();
        int header = writer.Header().Length;
        Assert.True(_scratch.Open("whole.gguf", file).HasTokenizer);
        for (int length = 0; length <= header; length++)
            Assert.Matches(
                length == 0 ? "empty" : length < 4 ? "not a GGUF file" : length < 24 ? "cut short|claims" : "cut short|claims \\d+ (metadata keys|tensors)",
                _scratch.Refusal("cut.gguf", file.AsSpan(0, length)));
    }

    [Fact]
    public void CutInTheData()
    {
        byte[] file = TinyModels.Llama().ToArray();
        GgufFile whole = _scratch.Open("whole.gguf", file);
        GgufTensor last = whole.Tensors.Values.MaxBy(static t => t.Offset)!;
        int end = (int)(whole.DataOffset + last.Offset + last.Bytes);
        Assert.Contains($"ends at byte {end}, the file has {end - 1}", _scratch.Refusal("cut.gguf", file.AsSpan(0, end - 1)), StringComparison.Ordinal);
        Assert.Contains(last.Name, _scratch.Refusal("cut.gguf", file.AsSpan(0, end - 1)), StringComparison.Ordinal);
        // The padding behind the last tensor may be missing.
        Assert.Equal(whole.ParameterCount, _scratch.Open("exact.gguf", file.AsSpan(0, end)).ParameterCount);
    }

    [Fact]
    public void ChangedWhileInUse()
    {
        byte[] file = TinyModels.Llama().ToArray();
        string path = _scratch.Write("model.gguf", file);
        GgufFile opened = GgufFile.Open(path);
        Assert.Equal("tiny", opened.Name);
        File.WriteAllBytes(path, file.AsSpan(0, 100));
        Assert.Contains("changed while it was in use", GgufScratch.OneLine(path, Assert.Throws<UserException>(() => opened.Name)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void RandomDamage(int seed)
    {
        var writer = TinyModels.Llama();
        byte[] whole = writer.ToArray();
        int header = writer.Header().Length;
        var random = new Random(seed);
        int accepted = 0;
        for (int round = 0; round < 500; round++)
        {
            byte[] file = GgufMutation.Damage(whole, header, random);
            accepted += OpensOrIsRefused(_scratch.Write("damaged.gguf", file)) ? 1 : 0;
        }
        // Damage in names of unused keys or in numbers of no consequence passes; most must not.
        Assert.InRange(accepted, 1, 400);
    }

    /// <summary>Opens the file and asks for everything. Any exception but <see cref="UserException"/> fails the test.</summary>
    private static bool OpensOrIsRefused(string path)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool accepted = false;
        try
        {
            GgufFile file = GgufFile.Open(path);
            accepted = true;
            _ = (file.Name, file.ContextLength, file.HeadCount, file.HeadCountKv, file.PoolingType, file.ChatTemplate);
            _ = (file.ParameterCount, file.BodyParameterCount, file.TensorBytes, file.HasTokenizer, file.FileType, file.SplitCount);
            file.RequireEmbedder();
            file.RequireScoringModel();
        }
        catch (UserException e)
        {
            GgufScratch.OneLine(path, e);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
        return accepted;
    }
}
