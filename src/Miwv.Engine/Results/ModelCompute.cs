using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Miwv.Data;
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

    /// <summary>What a file says; null if it is not there or damaged.</summary>
    internal static ModelCompute? Read(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            byte[] data = SmallFile.Read(path, RunDirectory.MostJsonBytes);
            return JsonSerializer.Deserialize<Sealed>(data, SummaryJson.Options) is { Compute: { } compute } read && read.Checksum == compute.Checksum() ? compute : null;
        }
        catch (Exception e) when (e is JsonException or UserException)
        {
            return null;
        }
    }

    internal void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, new Sealed(this, Checksum()), SummaryJson.Options));

    private uint Checksum() => Crc32C.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Part}|{Parameters}|{Tokens}")));

    private sealed record Sealed(ModelCompute Compute, uint Checksum);
}
