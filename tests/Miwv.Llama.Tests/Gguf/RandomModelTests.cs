using System.Runtime.InteropServices;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Llama.Tests.Gguf;

/// <summary>The generator of models with random weights.</summary>
public sealed class RandomModelTests : IDisposable
{
    private readonly GgufScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    private static float[] Singles(uint seed, int tensor, int first, int count)
    {
        var bytes = new byte[count * sizeof(float)];
        new RandomWeights(seed, tensor, GgufTensorType.F32, 0.5f).Fill(first, bytes);
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    [Fact]
    public void WeightsAreBellShapedAndIndependent()
    {
        const int count = 1 << 18;
        float[] a = Singles(1, 3, 0, count), b = Singles(1, 4, 0, count), c = Singles(2, 3, 0, count);
        double mean = a.Average(static x => (double)x), variance = a.Average(x => (x - mean) * (x - mean));
        // Standard errors with 2^18 draws of deviation 0.5: 0.001 for the mean, 0.0007 for the deviation; 5 of each.
        Assert.InRange(mean, -0.005, 0.005);
        Assert.InRange(Math.Sqrt(variance), 0.4965, 0.5035);
        Assert.InRange(a.Max(), 1.5f, 1.75f);
        foreach (float[] other in new[] { b, c, a[1..], a[32..], a[(count / 2)..] })
            Assert.InRange(a.Zip(other, static (x, y) => (double)x * y).Average() / variance, -0.015, 0.015);
    }

    [Fact]
    public void AnyPieceIsTheSameAsTheWhole() =>
        Assert.Equal(Singles(7, 1, 0, 4096)[1024..3072], Singles(7, 1, 1024, 2048));

    [Fact]
    public void HalvesAreTheRoundedSingles()
    {
        var bytes = new byte[2 * 4096];
        new RandomWeights(9, 2, GgufTensorType.F16, 0.5f).Fill(0, bytes);
        Assert.Equal(Singles(9, 2, 0, 4096).Select(static x => (Half)x), MemoryMarshal.Cast<byte, Half>(bytes).ToArray());
    }

    [Fact]
    public void QuantisedBlocksAreWithinHalfAStep()
    {
        var bytes = new byte[4096 / 32 * 34];
        new RandomWeights(9, 2, GgufTensorType.Q8_0, 0.5f).Fill(0, bytes);
        float[] exact = Singles(9, 2, 0, 4096);
        for (int i = 0; i < exact.Length; i++)
        {
            ReadOnlySpan<byte> block = bytes.AsSpan(i / 32 * 34, 34);
            float scale = (float)MemoryMarshal.Read<Half>(block);
            float value = scale * (sbyte)block[2 + i % 32];
            // Half a step, and the rounding of the scale to f16 (2^-11) on a value of up to 127 steps.
            Assert.InRange(MathF.Abs(value - exact[i]), 0, scale * (0.5f + 127f / 2048));
        }
    }

    [Fact]
    public void WrittenInPiecesOrAtOnceIsTheSame()
    {
        // 5,000 x 320 elements are two pieces on disk.
        var shape = new ModelShape("qwen2", 1, 320, 5, 1, 64, 5_000, 64, 10_000, false);
        foreach (GgufTensorType type in new[] { GgufTensorType.F32, GgufTensorType.F16, GgufTensorType.Q8_0 })
        {
            GgufWriter writer = RandomModel.Create("m", shape, type, null, 3);
            string path = _scratch.Write("m.gguf", []);
            writer.Write(path);
            Assert.Equal(writer.ToArray(), File.ReadAllBytes(path));
            Assert.False(File.Exists(path + ".part"));
        }
    }

    [Fact]
    public void EveryTinyPresetIsASoundScoringModel()
    {
        foreach ((string name, ModelShape shape) in ModelShape.Presets.Where(static p => p.Value.Layers == 2))
            foreach (GgufTensorType type in new[] { GgufTensorType.F32, GgufTensorType.F16, GgufTensorType.Q8_0 })
            {
                GgufFile file = _scratch.Open($"{name}.gguf", RandomModel.Create(name, shape, type, null, 1).ToArray());
                file.RequireScoringModel();
                Assert.Equal(shape.Vocabulary, file.VocabularySize);
                Assert.Equal(shape.Architecture, file.Architecture);
                Assert.Equal(type, file.Tensors["blk.1.ffn_down.weight"].Type);
            }
    }

    [Fact]
    public void PresetsHaveTheParametersTheyAreNamedFor()
    {
        static double Millions(string preset)
        {
            ModelShape s = ModelShape.Presets[preset];
            double kv = (double)s.Width / s.Heads * s.KvHeads;
            double layer = 2.0 * s.Width * s.Width + 2 * s.Width * kv + 3.0 * s.Width * s.FeedForward;
            return (s.Layers * layer + (s.Tied ? 1.0 : 2) * s.Vocabulary * s.Width) / 1e6;
        }

        Assert.Equal(134.1, Millions("llama-12x768-32k"), 0.1);
        Assert.Equal(1_235.7, Millions("llama-1b"), 0.5);
        Assert.Equal(6_738, Millions("llama-7b"), 1.0);
        Assert.Equal(1_543.5, Millions("qwen2-1.5b"), 0.5);
    }
}
