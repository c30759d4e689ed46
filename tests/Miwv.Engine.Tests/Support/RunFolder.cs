using System.Text.Encodings.Web;
using System.Text.Json;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Engine.Tests.Support;

/// <summary>A folder of its own for one test's data, models and runs, gone afterwards.</summary>
internal sealed class RunFolder : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private int runs;

    public string Root { get; } = Directory.CreateTempSubdirectory("miwv-engine-tests-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public List<string> Warnings { get; } = [];

    /// <summary>Writes rows as a JSON array.</summary>
    public string Rows(string name, IEnumerable<object> rows)
    {
        File.WriteAllText(this[name], JsonSerializer.Serialize(rows, Json));
        return this[name];
    }

    /// <summary>Writes a llama of random weights.</summary>
    public string Model(string preset = "tiny-llama-5k", int context = 512, Action<byte[], int>? change = null)
    {
        string path = this[$"{preset}-{context}-{runs++}.gguf"];
        GgufWriter writer = RandomModel.Create("tiny", ModelShape.Presets[preset] with { Context = context }, GgufTensorType.F32, null, 1);
        byte[] bytes = writer.ToArray();
        change?.Invoke(bytes, writer.Header().Length);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Writes vectors as a .npy of version 1.0, f32.</summary>
    public string Vectors(string name, IReadOnlyList<float[]> vectors)
    {
        using var file = new BinaryWriter(File.Create(this[name]));
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({vectors.Count}, {vectors[0].Length}), }}".PadRight(117) + "\n";
        file.Write([0x93, .. "NUMPY"u8, 1, 0]);
        file.Write((ushort)header.Length);
        file.Write(System.Text.Encoding.ASCII.GetBytes(header));
        foreach (float[] vector in vectors)
            foreach (float value in vector) file.Write(value);
        return this[name];
    }

    /// <summary>Scores in a new run directory.</summary>
    public Scores Score(RunSettings settings) => Score(settings, this[$"run{runs++}"]);

    public Scores Score(RunSettings settings, string directory)
    {
        using MiwvRun run = MiwvRun.Open(settings, directory, resume: false, null, Warnings.Add, default);
        run.Score();
        return new Scores(directory);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
