using System.Text.Json;
using Miwv.Engine.Resources;

namespace Miwv.Engine.Following;

/// <summary>live.json: what a working process says of itself once a second, for those who look on.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="ProcessStarted">When that process began, milliseconds since 1970: the id alone may be another's by now.</param>
/// <param name="Beat">Counts up with every writing.</param>
/// <param name="Seconds">How long the process has worked.</param>
/// <param name="IsPaused">A person at its screen holds it.</param>
public sealed record LiveState(int Pid, long ProcessStarted, long Beat, double Seconds, bool IsPaused, IReadOnlyList<LiveStage> Stages, IReadOnlyList<string> Warnings, ResourceUse Use)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    /// <summary>Null if there is none, or it is just being written.</summary>
    internal static LiveState? Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize<LiveState>(file, Options) is { Stages: not null, Warnings: not null, Use: not null } state ? state : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }
}
