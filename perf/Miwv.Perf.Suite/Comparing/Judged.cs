namespace Miwv.Perf.Suite.Comparing;

/// <summary>A benchmark held against the baseline.</summary>
/// <param name="Baseline">The baseline's ratio, if it has one.</param>
/// <param name="Threshold">Relative change beyond which it counts.</param>
internal sealed record Judged(string Name, Measured? Measured, double? Baseline, double Threshold, Verdict Verdict)
{
    /// <summary>Relative change against the baseline; positive = slower.</summary>
    public double? Change => Measured?.Ratio / Baseline - 1;

    public bool Fails => Verdict is Verdict.Slower or Verdict.Missing or Verdict.Allocates;

    /// <summary>Judges all benchmarks of a run, and those that the baseline has and the run lacks.</summary>
    /// <param name="history">Older results of the same machine, oldest first.</param>
    public static IReadOnlyList<Judged> All(IReadOnlyList<Measured> run, Result? baseline, IReadOnlyList<Result> history, bool sameMachine)
    {
        var judged = run.Select(measured => One(measured, baseline, history, sameMachine)).ToList();
        foreach (string name in baseline?.Ratios.Keys.Where(name => run.All(measured => measured.Name != name)) ?? [])
            judged.Add(new Judged(name, null, baseline!.Ratios[name], 0, Verdict.Missing));
        return judged;
    }

    private static Judged One(Measured measured, Result? baseline, IReadOnlyList<Result> history, bool sameMachine)
    {
        double threshold = Noise.Threshold([.. history.Where(entry => entry.Ratios.ContainsKey(measured.Name)).Select(entry => entry.Ratios[measured.Name])]);
        double? before = baseline?.Ratios.TryGetValue(measured.Name, out double ratio) == true ? ratio : null;
        var verdict = measured.AllocatesTooMuch ? Verdict.Allocates
            : measured.Ratio is null ? Verdict.NotMeasured
            : before is null ? Verdict.New
            : !sameMachine ? Verdict.NotJudged
            : measured.Ratio > before * (1 + threshold) ? Verdict.Slower
            : measured.Ratio * (1 + threshold) < before ? Verdict.Faster
            : Verdict.Same;
        return new Judged(measured.Name, measured, before, threshold, verdict);
    }
}
