using Miwv.Data;
using Miwv.EndToEnd.Tests.Support;
using Miwv.Engine;
using Miwv.Engine.Results;
using Miwv.Llama;
using Miwv.Metrics.Selection;
using Miwv.Retrieval;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>A small run of the sample, as a process or in this one, and the files that it must always end in.</summary>
internal sealed class SampleRun(Scratch scratch, bool hnsw = false, string? data = null)
{
    private readonly RunSettings settings = new()
    {
        DataPath = data ?? Checkout.Data,
        ModelPath = Checkout.Model,
        Limit = FaultCounts.Rows,
        Exact = true,
        WaveTokens = 64,
        Threads = 1,
        Search = hnsw ? SearchMode.Hnsw : SearchMode.Auto,
    };

    /// <summary>The same run on the command line.</summary>
    public string[] Arguments(string run) =>
        ["select", data ?? Checkout.Data, "-m", Checkout.Model, "--limit", $"{FaultCounts.Rows}", "--exact", "-ub", "64", "-t", "1", "-q", "--top", "10%",
            "--search", hnsw ? "hnsw" : "auto", "--run", scratch[run], "-o", Selected(run)];

    /// <summary>The file of the selection.</summary>
    public string Selected(string run) => scratch[run + ".best.json"];

    /// <summary>Runs or goes on in this process.</summary>
    /// <returns>Null if it finished; else the one line that says why not.</returns>
    public string? Finish(string run)
    {
        LlamaLibrary.Load();
        try
        {
            using MiwvRun miwv = MiwvRun.Open(settings, scratch[run], resume: false, null, static _ => { }, default);
            Selection selection = miwv.Select(miwv.Score(), new SelectionRequest(TopCount.Parse("10%")));
            SelectionWriter.Write(miwv.Rows, selection.Rows, Selected(run));
            return null;
        }
        catch (UserException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            Assert.NotEqual("", e.Message);
            return e.Message;
        }
    }

    /// <summary>scores.jsonl, summary.json and the selection.</summary>
    public byte[][] Results(string run) =>
        [File.ReadAllBytes(Path.Combine(scratch[run], "scores.jsonl")), File.ReadAllBytes(Path.Combine(scratch[run], "summary.json")), File.ReadAllBytes(Selected(run))];

    public void AssertSame(byte[][] expected, string run, string why)
    {
        byte[][] found = Results(run);
        for (int i = 0; i < expected.Length; i++) Assert.True(expected[i].AsSpan().SequenceEqual(found[i]), $"{why}: result {i} is another");
    }

    /// <summary>Every file of a run directory.</summary>
    public Dictionary<string, byte[]> Files(string run) =>
        Directory.GetFiles(scratch[run]).Order(StringComparer.Ordinal).ToDictionary(f => Path.GetFileName(f)!, File.ReadAllBytes);

    /// <summary>Makes the run directory one with these files and no others, and no selection.</summary>
    public void Restore(string run, Dictionary<string, byte[]> files)
    {
        if (Directory.Exists(scratch[run])) Directory.Delete(scratch[run], recursive: true);
        File.Delete(Selected(run));
        Directory.CreateDirectory(scratch[run]);
        foreach (var (name, bytes) in files) File.WriteAllBytes(Path.Combine(scratch[run], name), bytes);
    }
}
