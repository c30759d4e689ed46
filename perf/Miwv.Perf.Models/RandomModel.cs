using Miwv.Llama.Gguf;

namespace Miwv.Perf.Models;

/// <summary>
/// A model of a given shape with random weights, for measuring speed: nothing it says means anything.
/// Deviations keep every activation near 1 and the logits at a deviation of about 2.
/// </summary>
public sealed class RandomModel
{
    private const float LogitDeviation = 2f;

    private readonly ModelShape _shape;
    private readonly GgufTensorType _type;
    private readonly uint _seed;
    private readonly GgufWriter _writer = new();
    private int _tensors;

    private RandomModel(ModelShape shape, GgufTensorType type, uint seed) => (_shape, _type, _seed) = (shape, type, seed);

    /// <summary>Lays the file out; nothing is computed before it is written.</summary>
    /// <param name="name">Written as <c>general.name</c>.</param>
    /// <param name="shape">Shape; <see cref="ModelShape.Vocabulary"/> is replaced by the size of <paramref name="vocabulary"/>.</param>
    /// <param name="type">Type of the matrices: F32, F16 or Q8_0. Norms and biases are F32.</param>
    /// <param name="vocabulary">A file whose tokenizer is copied, or null for the synthetic one.</param>
    /// <param name="seed">Seed of the weights.</param>
    public static GgufWriter Create(string name, ModelShape shape, GgufTensorType type, GgufFile? vocabulary, uint seed)
    {
        if (vocabulary is not null)
            shape = shape with { Vocabulary = vocabulary.VocabularySize };
        var model = new RandomModel(shape, type, seed);
        model.AddSettings(name);
        if (vocabulary is null)
            SyntheticVocabulary.AddTo(model._writer, shape.Vocabulary);
        else
            foreach (string key in vocabulary.Keys.Where(static k => k.StartsWith("tokenizer.", StringComparison.Ordinal)))
                model._writer.AddEncoded(key, vocabulary.GetEncoded(key));
        model.AddTensors();
        return model._writer;
    }

    private void AddSettings(string name)
    {
        string arch = _shape.Architecture;
        _writer
            .Add("general.architecture", arch)
            .Add("general.name", name)
            .Add("general.file_type", _type switch { GgufTensorType.F16 => 1u, GgufTensorType.Q8_0 => 7u, _ => 0u })
            .Add("general.quantization_version", 2u)
            .Add($"{arch}.vocab_size", (uint)_shape.Vocabulary)
            .Add($"{arch}.context_length", (uint)_shape.Context)
            .Add($"{arch}.embedding_length", (uint)_shape.Width)
            .Add($"{arch}.block_count", (uint)_shape.Layers)
            .Add($"{arch}.feed_forward_length", (uint)_shape.FeedForward)
            .Add($"{arch}.attention.head_count", (uint)_shape.Heads)
            .Add($"{arch}.attention.head_count_kv", (uint)_shape.KvHeads)
            .Add($"{arch}.attention.layer_norm_rms_epsilon", 1e-5f)
            .Add($"{arch}.rope.dimension_count", (uint)(_shape.Width / _shape.Heads))
            .Add($"{arch}.rope.freq_base", _shape.RopeBase);
    }

    private void AddTensors()
    {
        int width = _shape.Width, kvWidth = width / _shape.Heads * _shape.KvHeads, ff = _shape.FeedForward;
        // What a layer adds to the residual stream shrinks with depth, so that the stream's variance stays near 1.
        float residual = 1 / MathF.Sqrt(2f * _shape.Layers);
        float head = LogitDeviation / MathF.Sqrt(width);
        AddMatrix("token_embd.weight", width, _shape.Vocabulary, _shape.Tied ? head : 1);
        AddNorm("output_norm.weight");
        if (!_shape.Tied)
            AddMatrix("output.weight", width, _shape.Vocabulary, head);
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            string block = $"blk.{layer}";
            AddNorm($"{block}.attn_norm.weight");
            AddProjection($"{block}.attn_q", width, width);
            AddProjection($"{block}.attn_k", width, kvWidth);
            AddProjection($"{block}.attn_v", width, kvWidth);
            AddMatrix($"{block}.attn_output.weight", width, width, residual / MathF.Sqrt(width));
            AddNorm($"{block}.ffn_norm.weight");
            AddMatrix($"{block}.ffn_gate.weight", width, ff, 1 / MathF.Sqrt(width));
            AddMatrix($"{block}.ffn_up.weight", width, ff, 1 / MathF.Sqrt(width));
            AddMatrix($"{block}.ffn_down.weight", ff, width, residual / MathF.Sqrt(ff));
        }
    }

    private void AddProjection(string name, int from, int to)
    {
        AddMatrix($"{name}.weight", from, to, 1 / MathF.Sqrt(from));
        if (_shape.Architecture == "qwen2")
            _writer.AddTensor($"{name}.bias", GgufTensorType.F32, [to], new RandomWeights(_seed, _tensors++, GgufTensorType.F32, 0.1f).Fill);
    }

    private void AddMatrix(string name, int from, int to, float deviation) =>
        _writer.AddTensor(name, _type, [from, to], new RandomWeights(_seed, _tensors++, _type, deviation).Fill);

    private void AddNorm(string name) =>
        _writer.AddTensor(name, GgufTensorType.F32, [_shape.Width],
            static (_, bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).Fill(1f));
}
