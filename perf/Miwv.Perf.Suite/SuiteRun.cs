using System.Diagnostics;
using System.Text.Json;
using Miwv.Data;
using Miwv.Perf.Suite.Comparing;
using Miwv.Perf.Suite.EndToEnd;
using Miwv.Perf.Suite.Measuring;
using Miwv.Perf.Suite.Micro;
using Miwv.Perf.Suite.Peers;

namespace Miwv.Perf.Suite;

/// <summary>Measures, compares with the baseline, measures again what looks slower, and says so.</summary>
internal static class SuiteRun
{
    // a regression is what is still there when measured once more and once again
    private const int Repeats = 2;

    /// <returns>0, or 1 if something became slower, is missing or allocates.</returns>
    public static int Run(SuiteOptions options)
    {
        long begin = Stopwatch.GetTimestamp();
        var subjects = Chosen(options);
        string machine = Machine.Name;
        var baseline = Result.Read(Path.Combine(options.Committed, "baseline.json"));
        var history = Result.ReadAll(Path.Combine(options.Committed, "history.jsonl")).Where(entry => entry.Machine == machine).ToList();
        bool sameMachine = baseline?.Machine == machine;

        IReadOnlyList<Judged> Judge(IReadOnlyList<Measured> run) => Judged.All(run, options.Only.Count == 0 ? baseline : Part(baseline, run), history, sameMachine);
        var measured = subjects.Select(subject => Measure(subject, subject.Rounds)).ToList();
        for (int repeat = 0; repeat < Repeats && !options.Update; repeat++)
            foreach (var slower in Judge(measured).Where(judged => judged.Verdict == Verdict.Slower))
            {
                Console.Error.WriteLine($"{slower.Name}: {slower.Change:+0.0%} against the baseline; once more");
                int at = subjects.FindIndex(subject => subject.Name == slower.Name);
                var again = Measure(subjects[at], subjects[at].Rounds + 2);
                measured[at] = measured[at].With(again);
            }

        var judged = Judge(measured);
        var table = new StringWriter();
        Table.Write(judged, machine, baseline, Stopwatch.GetElapsedTime(begin), table);
        Console.Write(table);
        Directory.CreateDirectory(options.Output);
        File.WriteAllText(Path.Combine(options.Output, "latest.md"), table.ToString());
        File.WriteAllText(Path.Combine(options.Output, "latest.json"), JsonSerializer.Serialize(judged, Table.Json) + "\n");
        if (options.Update)
        {
            var result = Result.Of(DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm"), machine, measured);
            result.Write(Path.Combine(options.Committed, "baseline.json"));
            result.AppendTo(Path.Combine(options.Committed, "history.jsonl"));
            Console.Error.WriteLine($"{options.Committed}/baseline.json written, one line more in history.jsonl ({history.Count + 1} of this machine)");
            return measured.Any(m => m.AllocatesTooMuch) ? 1 : 0;
        }
        return judged.Any(line => line.Fails) ? 1 : 0;
    }

    private static List<Subject> Chosen(SuiteOptions options)
    {
        List<Subject> all = [.. MicroSuite.All.Select(benchmark => new Subject(benchmark.Name, benchmark.Rounds, rounds => MicroSuite.Run(benchmark, rounds))), .. PeerSuite.All(options.Peers), .. EndToEndSuite.All()];
        foreach (string name in options.Only.Concat(Slowdown.Names))
            if (all.All(subject => subject.Name != name))
                throw new UserException($"{name}: no such benchmark; there are {string.Join(", ", all.Select(subject => subject.Name))}");
        return options.Only.Count == 0 ? all : [.. all.Where(subject => options.Only.Contains(subject.Name))];
    }

    private static Measured Measure(Subject subject, int rounds)
    {
        long begin = Stopwatch.GetTimestamp();
        var measured = subject.Measure(rounds);
        Console.Error.WriteLine($"{subject.Name}: {(measured.Ratio is { } ratio ? $"{ratio:F3} ({measured.Low:F3}-{measured.High:F3})" : measured.Note)}, {Stopwatch.GetElapsedTime(begin).TotalSeconds:F0} s");
        return measured;
    }

    private static Result? Part(Result? baseline, IReadOnlyList<Measured> run) => baseline is null ? null
        : baseline with { Ratios = new(baseline.Ratios.Where(ratio => run.Any(m => m.Name == ratio.Key)).ToDictionary(), StringComparer.Ordinal) };
}
