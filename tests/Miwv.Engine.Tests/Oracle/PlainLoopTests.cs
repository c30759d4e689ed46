using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Oracle;

/// <summary>The engine against the plain loop on real rows: the invariance of docs/decisions/0002.</summary>
public sealed class PlainLoopTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Data, model, embedder, rows, bound of the exact mode (models with GELU take it from a table of f16).</summary>
    public static TheoryData<string, string, string?, int, double> Models
    {
        get
        {
            var models = new TheoryData<string, string, string?, int, double> { { Repository.Sample("tasks.json"), Repository.Sample("tasks-llama.gguf"), null, 120, 1e-5 } };
            if (Repository.Shared is { } shared)
            {
                string data = Path.Combine(shared, "data", "alpaca_2k.json"), embedder = Path.Combine(shared, "models", "wordvec-meta-14k-325d-f32.gguf");
                models.Add(data, Path.Combine(shared, "models", "stories260K-f32.gguf"), embedder, 40, 1e-5);
                models.Add(data, Path.Combine(shared, "models", "tinystories-instruct-3m-chat-f32.gguf"), embedder, 20, 2e-3);
            }
            return models;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void ExactModeEqualsTheLoop(string data, string model, string? embedder, int limit, double bound)
    {
        RunSettings settings = Settings(data, model, embedder, limit) with { Exact = true };
        var (max, _, ok) = PlainOracle.Compare(settings, folder.Score(settings));
        Assert.InRange(max, 0, bound);
        Assert.True(ok > limit / 3);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void DefaultModeIsNearTheExactLoop(string data, string model, string? embedder, int limit, double _)
    {
        RunSettings settings = Settings(data, model, embedder, limit / 2);
        var (max, mean, ok) = PlainOracle.Compare(settings, folder.Score(settings));
        Assert.InRange(max, 0, 2e-2);
        Assert.InRange(mean, 0, 2e-3);
        Assert.True(ok > limit / 8);
    }

    private static RunSettings Settings(string data, string model, string? embedder, int limit) =>
        new() { DataPath = data, ModelPath = model, EmbedderPath = embedder, Limit = limit, Threads = 1 };
}
