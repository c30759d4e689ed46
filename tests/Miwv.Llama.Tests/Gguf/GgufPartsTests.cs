using Miwv.Data;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Llama.Tests.Gguf;

/// <summary>Models split into files, as gguf-split writes them: every part is checked before the native reader opens it.</summary>
public sealed class GgufPartsTests : IDisposable
{
    private readonly GgufScratch _scratch = new();
    private readonly byte[] _whole = TinyModels.Llama().ToArray();
    private readonly GgufFile _model;

    public GgufPartsTests() => _model = _scratch.Open("whole.gguf", _whole);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void AllPartsAreOneModel()
    {
        string first = Write();
        GgufFile split = GgufFile.Open(first);
        split.RequireScoringModel();
        Assert.Equal(3, split.Parts.Count);
        Assert.Equal(_model.Tensors.Keys.Order(), split.Tensors.Keys.Order());
        Assert.Equal((_model.ParameterCount, _model.TensorBytes), (split.ParameterCount, split.TensorBytes));
        using LlamaModel loaded = LlamaModel.Load(first, new ModelOptions());
        Assert.Equal(_model.ParameterCount, loaded.ParameterCount);
    }

    [Fact]
    public void APartThatIsMissingIsNamed() => Refused(Write(without: 3), "m-00003-of-00003.gguf: no such file", "first of 3 files");

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void AHostileOrDamagedPartIsRefused(int part)
    {
        string path = Part(part);
        byte[] good = Bytes(part);
        foreach (byte[] bad in new[] { good[..(good.Length / 2)], [], "GGUF"u8.ToArray(), ((byte[])[.. good]).With(8, 1UL << 62), ((byte[])[.. good]).With(16, 1UL << 62) })
        {
            string first = Write();
            File.WriteAllBytes(path, bad);
            Refused(first, Path.GetFileName(path));
        }
    }

    [Fact]
    public void PartsOfOtherModelsAreRefused()
    {
        string first = Write();
        File.Copy(Part(2), Part(3), overwrite: true);
        Refused(first, "file 2 of 3, its name says 3 of 3");
        Write();
        File.WriteAllBytes(Part(3), Bytes(3, twice: true));
        Refused(first, "an earlier file has too");
        Write();
        File.WriteAllBytes(Part(3), new GgufWriter().Add("split.no", (ushort)2).Add("split.count", (ushort)3).Header());
        Refused(first, "files of different models are mixed");
        File.WriteAllBytes(Part(3), _whole);
        Refused(first, "its name says 3 of 3");
    }

    [Fact]
    public void AFirstPartUnderAnotherNameIsRefused()
    {
        string renamed = Path.Combine(Path.GetDirectoryName(Write())!, "model.gguf");
        File.Copy(Part(1), renamed);
        Refused(renamed, "-00001-of-00003.gguf");
        Assert.Contains("is part 2 of 3", Assert.Throws<UserException>(() => GgufFile.Open(WithSettings(2)).RequireScoringModel()).Message, StringComparison.Ordinal);
    }

    // a later part that has the settings too
    private string WithSettings(int part) => _scratch.Write("settings.gguf", TinyModels.Settings().Add("split.no", (ushort)(part - 1)).Add("split.count", (ushort)3).Header());

    private static void Refused(string path, params string[] reasons)
    {
        string message = Assert.Throws<UserException>(() => GgufFile.Open(path)).Message;
        foreach (string reason in reasons) Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private string Part(int number) => Path.Combine(Path.GetDirectoryName(_model.Path)!, $"m-0000{number}-of-00003.gguf");

    private string Write(int without = 0)
    {
        for (int part = 1; part <= 3; part++)
        {
            File.Delete(Part(part));
            if (part != without) File.WriteAllBytes(Part(part), Bytes(part));
        }
        return Part(1);
    }

    // The settings and no tensor in the first, the tensors in turn in the others.
    private byte[] Bytes(int part, bool twice = false)
    {
        var writer = new GgufWriter();
        if (part == 1)
            foreach (string key in _model.Keys) writer.AddEncoded(key, _model.GetEncoded(key));
        writer.Add("split.no", (ushort)(part - 1)).Add("split.count", (ushort)3);
        if (part == 1) writer.AddEncoded("split.tensors.count", [5, 0, 0, 0, (byte)_model.Tensors.Count, 0, 0, 0]); // Int32
        int place = 0;
        foreach (GgufTensor tensor in _model.Tensors.Values)
            if (part > 1 && (place++ % 2 == part - 2 || twice))
            {
                byte[] data = _whole.AsSpan((int)(_model.DataOffset + tensor.Offset), (int)tensor.Bytes).ToArray();
                writer.AddTensor(tensor.Name, tensor.Type, [.. tensor.Shape], (first, bytes) => data.AsSpan((int)first * 4, bytes.Length).CopyTo(bytes));
            }
        return writer.ToArray();
    }
}
