using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Miwv.Perf.Suite.Comparing;
using Miwv.Perf.Suite.Measuring;

namespace Miwv.Perf.Suite.Micro;

/// <summary>
/// Runs the micro benchmarks by BenchmarkDotNet in this process, by processor time, in several rounds: within a round subject and reference
/// follow each other; the best calls of all rounds count.
/// </summary>
internal static class MicroSuite
{
    private const int Iterations = 10;

    public static IReadOnlyList<MicroBenchmark> All { get; } =
    [
        new GatherBenchmark(), new TokenizerBenchmark(), new PlannerBenchmark(), new WaveLayoutBenchmark(), new SelfJoinBenchmark(), new GemmBenchmark(),
        new HnswBuildBenchmark(), new HnswQueryBenchmark(), new JournalAppendBenchmark(), new JournalReadBenchmark(), new RowReaderBenchmark(),
    ];

    public static Measured Run(MicroBenchmark benchmark, int rounds)
    {
        if (benchmark.Lacks is { } why) return Measured.Not(benchmark.Name, benchmark.Against, why);
        var times = new List<(double, double)>();
        long? bytes = null;
        for (int round = 0; round < rounds; round++)
        {
            bool counts = round == 0 && benchmark.MostBytes is not null;
            var summary = BenchmarkRunner.Run(benchmark.GetType(), Config(counts));
            if (summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success))
                throw new InvalidOperationException($"{benchmark.Name}: the benchmark failed: {string.Join("; ", summary.ValidationErrors.Select(e => e.Message))}");
            times.Add((Best(summary, isBaseline: false), Best(summary, isBaseline: true)));
            if (counts) bytes = Bytes(summary) / Slowdown.Times(benchmark.Name, benchmark.Units);
        }
        return Measured.Of(benchmark.Name, benchmark.Against, times, bytes, benchmark.MostBytes);
    }

    private static ManualConfig Config(bool memory)
    {
        var job = Job.Default
            .WithToolchain(new InProcessNoEmitToolchain(TimeSpan.FromMinutes(5), logOutput: false))
            .WithStrategy(RunStrategy.Monitoring).WithInvocationCount(1).WithUnrollFactor(1).WithWarmupCount(1).WithIterationCount(Iterations)
            .WithEvaluateOverhead(false).WithGcForce(false);
        job.Infrastructure.Clock = new CpuClock();
        var config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(NullLogger.Instance)
            .WithOptions(ConfigOptions.DisableOptimizationsValidator | ConfigOptions.DisableLogFile | ConfigOptions.KeepBenchmarkFiles)
            .WithArtifactsPath(Scratch.File("benchmarkdotnet"));
        return memory ? config.AddDiagnoser(MemoryDiagnoser.Default) : config;
    }

    private static double Best(Summary summary, bool isBaseline) =>
        ReportOf(summary, isBaseline).AllMeasurements.Where(m => m.IterationMode == IterationMode.Workload && m.IterationStage == IterationStage.Actual).Min(m => m.Nanoseconds / m.Operations);

    private static long Bytes(Summary summary)
    {
        var report = ReportOf(summary, isBaseline: false);
        return report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? throw new InvalidOperationException("the runtime does not count allocations");
    }

    private static BenchmarkReport ReportOf(Summary summary, bool isBaseline) => summary.Reports.Single(report => report.BenchmarkCase.Descriptor.Baseline == isBaseline);
}
