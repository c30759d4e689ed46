using Miwv.Data;
using Miwv.Engine;
using Miwv.Engine.Results;
using Miwv.Metrics.Selection;
using Miwv.Retrieval;

namespace Miwv.Perf.Scale;

/// <summary>One run over generated rows, by the engine's own code from the reader to the selection; only the decode is a stand-in.</summary>
internal sealed record ScaleRun(int Rows, string Neighbors, int Passes, long Tokens, int Waves, double ModelMb, IReadOnlyList<StageMeter.Stage> Stages)
{
    public double CpuSeconds => Stages.Sum(stage => stage.CpuSeconds);
    
    /// <summary>Most anonymous memory at any time, the runtime's own included, less what loading the vocabulary took (that is the model's).</summary>
    public double PeakMb => Stages.Max(stage => stage.PeakMb) - ModelMb;

    public static ScaleRun Run(string data, string model, string vectors, string directory, string neighbors, int threads, bool perToken)
    {
        var settings = new RunSettings
        {
            DataPath = data, ModelPath = model, VectorsPath = vectors, GpuLayers = 0, Threads = threads, PerToken = perToken, WaveTokens = 512,
            Search = neighbors == "given" ? SearchMode.Auto : Enum.Parse<SearchMode>(neighbors, ignoreCase: true),
        };
        using var meter = new StageMeter();
        meter.Begin("read, hash, equal rows");
        using var run = MiwvRun.Open(settings, directory, resume: false, new StageListener(meter), Console.Error.WriteLine, CancellationToken.None);
        meter.Begin("load the vocabulary");
        double before = StageMeter.AnonymousBytes();
        _ = run.Model;
        double modelMb = (StageMeter.AnonymousBytes() - before) / 1e6;
        meter.Begin("vectors");
        run.Embed();
        if (neighbors == "given") KnnGraphFile.Save(run.Directory.NeighborsFile, GivenGraph.Of(run.Rows.Count), run.Inputs.NeighborKey(settings, run.Facts, 1));
        meter.Begin("neighbours");
        run.FindNeighbors();
        meter.Begin("passes, forest, waves");
        var plan = run.Plan();
        meter.Begin("waves packed, journal written");
        StandInDecode.Run(plan, run.Directory.JournalFile, run.Inputs.PlanKey(settings, plan, null), perToken, threads);
        meter.Begin("journal read, metric, scores");
        var scores = run.Score();
        meter.Begin("ranking, selection");
        var selection = run.Select(scores, new SelectionRequest(TopCount.Parse("5%")));
        SelectionWriter.Write(run.Rows, selection.Rows, Path.Combine(directory, "selected.jsonl"));
        meter.End();
        return new ScaleRun(run.Rows.Count, neighbors, plan.Forest.Count, plan.Tokens, plan.Count, modelMb, meter.Stages);
    }
}
