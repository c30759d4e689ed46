using Miwv.Llama.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Llama.Tests;

/// <summary>A llama with random weights (2 layers, 64 wide, 300 ids, 512 tokens), loaded; its file is gone afterwards.</summary>
public sealed class TinyModelFile : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miwv-tiny-").FullName;

    public TinyModelFile()
    {
        Bytes = RandomModel.Create("tiny", ModelShape.Presets["tiny-llama"], GgufTensorType.F32, null, 1).ToArray();
        Model = Load("tiny.gguf", Bytes);
    }

    internal byte[] Bytes { get; }
    public LlamaModel Model { get; }

    internal LlamaModel Load(string name, byte[] bytes)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return LlamaModel.Load(path, new ModelOptions(0));
    }

    public void Dispose()
    {
        Model.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
