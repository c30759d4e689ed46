using Miwv.Data;
using Miwv.Engine.Journal;
using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Memory;

/// <summary>Whatever a run ends in, no file of its folder stays open or mapped, without the collector's help.</summary>
public sealed class HandleTests : IDisposable
{
    private readonly RunFolder folder = new();
    private readonly RunSettings settings;

    public HandleTests() => settings = new RunSettings
    {
        DataPath = folder.Rows("rows.json", Enumerable.Range(0, 6).Select(i => new { instruction = $"say {i}", output = $"it {i}" })),
        ModelPath = folder.Model("tiny-llama"), Template = "plain", Threads = 1, Exact = true,
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ARunThatEndsWell()
    {
        folder.Score(settings, folder["run"]);
        NothingIsOpen("a run");
        folder.Score(settings, folder["run"]);
        NothingIsOpen("a run that was finished");
    }

    [Theory]
    [InlineData("run.json", 0)]
    [InlineData("embeddings.miwv", 20)]
    [InlineData("neighbors.bin", 70)]
    [InlineData("passes.journal", 20)]
    [InlineData("passes.journal", 90)]
    [InlineData("scores.jsonl", 3)]
    public void AFileThatIsDamaged(string name, int at)
    {
        folder.Score(settings, folder["run"]);
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder["run"], name));
        bytes[at] ^= 0x55;
        File.WriteAllBytes(Path.Combine(folder["run"], name), bytes);
        if (name == "embeddings.miwv") File.Delete(Path.Combine(folder["run"], "neighbors.bin"));
        Try(settings, name);
    }

    [Fact]
    public void AJournalOfAnotherPlan()
    {
        folder.Score(settings, folder["run"]);
        string journal = Path.Combine(folder["run"], "passes.journal");
        byte[] bytes = File.ReadAllBytes(journal);
        bytes[17] ^= 1;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(60), Crc32C.Of(bytes.AsSpan(0, 60)));
        File.WriteAllBytes(journal, bytes);
        Assert.Contains("another plan", Try(settings, "a journal of another plan"), StringComparison.Ordinal);
    }

    [Fact]
    public void InputsThatAreNone()
    {
        Assert.NotNull(Try(settings with { DataPath = settings.ModelPath }, "a model as data"));
        Assert.NotNull(Try(settings with { ModelPath = settings.DataPath }, "data as a model"));
        Assert.NotNull(Try(settings with { EmbedderPath = settings.DataPath }, "data as embedder"));
        Assert.NotNull(Try(settings with { VectorsPath = settings.DataPath }, "data as vectors"));
        Directory.Delete(folder["run"], recursive: true);
        folder.Score(settings, folder["run"]);
        Assert.Contains("other input or settings", Try(settings with { Limit = 5 }, "another limit"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenize")]
    [InlineData("embed")]
    [InlineData("neighbors")]
    [InlineData("score")]
    public void ARunThatIsStopped(string stage)
    {
        using var stop = new CancellationTokenSource();
        var progress = new StopAt(stage, stop);
        Assert.Throws<OperationCanceledException>(() =>
        {
            using MiwvRun run = MiwvRun.Open(settings with { WaveTokens = 16 }, folder["run"], resume: false, progress, folder.Warnings.Add, stop.Token);
            run.Score();
        });
        NothingIsOpen($"stopped at {stage}");
    }

    // The message of a run that is refused.
    private string? Try(RunSettings wanted, string what)
    {
        string? message = null;
        try
        {
            folder.Score(wanted, folder["run"]);
        }
        catch (UserException e)
        {
            message = e.Message;
        }
        NothingIsOpen(what);
        return message;
    }

    private void NothingIsOpen(string after)
    {
        if (!OperatingSystem.IsLinux()) return; // /proc
        string[] open = [.. Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(Target).OfType<string>().Where(f => f.StartsWith(folder.Root, StringComparison.Ordinal))];
        string[] mapped = [.. File.ReadLines("/proc/self/maps").Where(line => line.Contains(folder.Root, StringComparison.Ordinal))];
        Assert.True(open.Length == 0 && mapped.Length == 0, $"after {after}: {string.Join(", ", open.Concat(mapped))}");
    }

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            return null; // closed meanwhile by another test
        }
    }

    private sealed class StopAt(string stage, CancellationTokenSource stop) : IProgress<StageProgress>
    {
        public void Report(StageProgress value)
        {
            if (value.Stage == stage) stop.Cancel();
        }
    }
}
