using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Rows;
using Miwv.Engine.Runs;
using Miwv.Llama;
using Miwv.Llama.Gguf;

namespace Miwv.Engine.Verification;

/// <summary>Decodes rows of a finished run once more, one sequence at a time without forest, waves and gather, and compares both losses.</summary>
public static class RunVerifier
{
    /// <param name="sample">Rows to draw; all if the run has fewer.</param>
    /// <param name="model">The run's model if it is loaded already; null = load it.</param>
    /// <exception cref="UserException">Model, data or template are gone or not the run's; the run has no losses; a row's passes are not the contract's.</exception>
    public static VerifyReport Verify(StoredRun run, int sample, int seed, LlamaModel? model, IProgress<StageProgress>? progress, CancellationToken cancel)
    {
        var settings = run.Settings;
        int[] scored = [.. run.Scores.Where(s => s.Status == "ok" && !(double.IsNaN(s.ZeroShot) && double.IsNaN(s.OneShot))).Select(s => s.Row)];
        if (scored.Length == 0)
            throw new UserException($"{run.Directory.ScoresFile}: no row has a loss (zero_nll, one_nll) that could be compared; verify a run with a metric that needs one, e.g. miwv");
        var file = GgufFile.Open(settings.ModelPath);
        file.RequireScoringModel();
        RefuseOther(run, "model", FileHash.Of(file), settings.ModelPath);
        var template = settings.Template == "model" ? null : PromptTemplate.Load(settings.Template);
        if (template is not null) RefuseOther(run, "template", template.SourceText, $"template {settings.Template}");

        var loaded = model ?? LlamaModel.Load(settings.ModelPath, new ModelOptions(settings.GpuLayers));
        try
        {
            var sequences = new RowSequences(run, new PromptEncoder(loaded.Vocabulary, template ?? ChatTemplate.Of(loaded)), loaded.Vocabulary,
                ScoringWindow.Of(loaded, file, settings.Window, _ => { }));
            int[] drawn = Draw(scored, sample, seed);
            return LibraryFailure.Tell($"{settings.ModelPath}: a row could not be decoded once more", "free memory, or verify fewer rows",
                () => Compare(run, drawn, scored.Length, loaded, sequences, DifferenceBound.Of(settings, file), progress, cancel));
        }
        finally
        {
            if (model is null) loaded.Dispose();
        }
    }

    private static VerifyReport Compare(StoredRun run, int[] drawn, int scored, LlamaModel model, RowSequences sequences, DifferenceBound bound, IProgress<StageProgress>? progress, CancellationToken cancel)
    {
        var pairs = drawn.Select(sequences.Of).ToArray();
        using var loop = new PlainLoop(model, pairs.Max(p => Math.Max(p.Zero.Tokens.Length, p.One?.Tokens.Length ?? 0)), run.Settings.Threads, exact: true);
        double max = 0, sum = 0;
        int losses = 0, worst = drawn[0];
        for (int i = 0; i < drawn.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var score = run.Scores[drawn[i]];
            Add(pairs[i].Zero, score.ZeroShot);
            Add(pairs[i].One, score.OneShot);
            progress?.Report(new("verify", i + 1, drawn.Length, "rows"));

            void Add(ScoredSequence? sequence, double stored)
            {
                if (sequence is null || double.IsNaN(stored)) return;
                double difference = Math.Abs(sequence.Loss(loop, run.Settings.Turns) - stored);
                losses++;
                sum += difference;
                if (double.IsNaN(max) || difference <= max) return; // NaN stays once it is there
                max = difference;
                worst = score.Row;
            }
        }
        return new VerifyReport(drawn.Length, scored, losses, max, sum / losses, run.Scores[worst].Id, bound);
    }

    // In row order, so that the same draw reads the same.
    private static int[] Draw(int[] rows, int sample, int seed)
    {
        var random = new Random(seed);
        int count = Math.Min(sample, rows.Length);
        for (int i = 0; i < count; i++)
        {
            int j = random.Next(i, rows.Length);
            (rows[i], rows[j]) = (rows[j], rows[i]);
        }
        return [.. rows.Take(count).Order()];
    }

    private static void RefuseOther(StoredRun run, string name, string now, string what)
    {
        if (run.Identity.GetValueOrDefault(name) is { } was && was != now)
            throw new UserException($"{what}: was changed since the run {run.Directory.Path}; put the old one back, or run again");
    }
}
