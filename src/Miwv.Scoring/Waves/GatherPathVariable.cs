using Miwv.Data;

namespace Miwv.Scoring.Waves;

/// <summary>MIWV_GATHER, for tests and measurements: which gather is used in place of the best one.</summary>
public static class GatherPathVariable
{
    /// <exception cref="UserException">It names no gather.</exception>
    public static GatherPath Read() => Environment.GetEnvironmentVariable("MIWV_GATHER") switch
    {
        null or "" or "auto" => GatherPath.Auto,
        "host" => GatherPath.HostCopy,
        "cuda" => GatherPath.Cuda,
        "graph" => GatherPath.InGraph,
        var other => throw new UserException($"MIWV_GATHER={other}: one of auto, host, cuda, graph"),
    };
}
