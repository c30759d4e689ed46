using System.Text.Json;
using System.Text.Json.Serialization;
using Miwv.Engine.Runs;
using Miwv.Llama.Gguf;

namespace Miwv.Engine.Results;

/// <summary>What one model computed for a run: 2 · parameters · tokens FLOPs.</summary>
/// <param name="Part">score, embed, cascade or judge.</param>
/// <param name="Parameters">Those that a token is multiplied with: blocks and output head, without the table of token vectors.</param>
/// <param name="Tokens">Tokens decoded.</param>
public sealed record ModelCompute(string Part, long Parameters, long Tokens)
{
    [JsonIgnore]
    public double Flops => 2.0 * Parameters * Tokens;

    public static long ParametersOf(GgufFile model) =>
        model.BodyParameterCount + (model.IsEncoderOnly ? 0 : (long)model.VocabularySize * (model.EmbeddingLength ?? 0));

    /// <summary>What a file says; null if it is not there or damaged: nothing but the share in the summary depends on it.</summary>
    internal static ModelCompute? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<ModelCompute>(File.ReadAllBytes(path), SummaryJson.Options) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, SummaryJson.Options));
}
