using Miwv.Engine.Cascading;
using Miwv.Engine.Results;
using Miwv.Engine.Stages;
using Miwv.Scoring.Waves;

namespace Miwv.Engine;

// what a scored run says of itself, and what it cost
public sealed partial class MiwvRun
{
    /// <summary>What a scored run says of itself.</summary>
    public RunSummary Summarize(ScoreTable scores) => RunSummary.Of(scores, Rounds, Compute(), CascadeFigures());

    /// <summary>Tokens that the scoring model would decode if it scored every row; null without a cascade.</summary>
    public long? TokensWithoutCascade => CascadeFigures()?.TokensWithout;

    // those that were computed, or will be first
    private IReadOnlyList<WavePlan> Rounds => plans.Count > 0 ? plans : [Plan()];

    // null = nothing was embedded for this run; a damaged or lost account is made again
    private ModelCompute? EmbeddingCost()
    {
        if (ModelCompute.Read(Directory.EmbeddingComputeFile) is { } known) return known;
        if (settings.VectorsPath is not null || settings.From is not null || SharedEmbeddings is not null) return null;
        var cost = WithEmbedder((embedder, file, _) => EmbedStage.Cost(Rows, Facts, embedder, inputs.EmbeddingWindowOf(settings), ModelCompute.ParametersOf(file), Directory, settings.Threads, cancel));
        cost.Write(Directory.EmbeddingComputeFile);
        return cost;
    }

    private CascadeSummary? CascadeFigures() => CascadeRows is null ? null : cascadeSummary ??= CascadeSummary.Of(CascadeRows, passes!.Passes, Plan());

    /// <summary>Every model's part in the run, the scoring model's first.</summary>
    public IReadOnlyList<ModelCompute> Compute()
    {
        var parts = new List<ModelCompute> { new("score", ModelCompute.ParametersOf(inputs.ModelFile), Rounds.Sum(round => round.Tokens)) };
        if (stage!.NeedsEmbeddings && EmbeddingCost() is { } embed) parts.Add(embed);
        if (Cascade is not null) parts.AddRange(Cascade.Run.Compute().Where(part => part.Part == "score").Select(part => part with { Part = "cascade" }));
        foreach (var judge in Judges?.Runs ?? []) parts.AddRange(judge.Compute().Where(part => part.Part == "score").Select(part => part with { Part = "judge" }));
        return parts;
    }
}
