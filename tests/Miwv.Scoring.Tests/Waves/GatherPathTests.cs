using Miwv.Llama;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Gather;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Tests.Gather;
using Miwv.Scoring.Waves;

namespace Miwv.Scoring.Tests.Waves;

/// <summary>The sample model's waves, gathered in every way there is.</summary>
public sealed class GatherPathTests
{
    [Fact]
    public void ACopyToTheHostChangesNoBit()
    {
        double[] where = Nll(GatherPath.Auto);
        Assert.All(where, x => Assert.InRange(x, 0.01, 1_000));
        Assert.Equal(where, Nll(GatherPath.HostCopy));
    }

    [Fact]
    public void TheCudaGatherAgreesOnTheModelsOwnLogits()
    {
        if (!CudaGather.IsUsable)
        {
            Assert.Throws<Miwv.Data.UserException>(() => Nll(GatherPath.Cuda));
            return;
        }
        double[] cpu = Nll(GatherPath.Auto), card = Nll(GatherPath.Cuda);
        Assert.Equal(card, Nll(GatherPath.Cuda));
        foreach (var (a, b) in cpu.Zip(card)) Assert.Equal(a, b, 1e-4);
    }

    [Fact]
    public void TheGatherInTheGraphAgrees()
    {
        double[] cpu = Nll(GatherPath.Auto), graph = Nll(GatherPath.InGraph);
        Assert.Equal(graph, Nll(GatherPath.InGraph));
        Assert.NotEqual(cpu, graph); // it is another way, not the same one by another name
        foreach (var (a, b) in cpu.Zip(graph)) Assert.Equal(a, b, 1e-5 * 20);
    }

    [Fact]
    public void TheGraphGivesListedLogitsAndACopyGivesEntropies()
    {
        var (cpu, graph) = (Values(GatherPath.Auto, PassWants.Listed), Values(GatherPath.InGraph, PassWants.Listed));
        Assert.NotEmpty(cpu.Listed);
        Assert.Equal(cpu.Listed, graph.Listed);
        var (host, copied) = (Values(GatherPath.Auto, PassWants.Entropies), Values(GatherPath.InGraph, PassWants.Entropies));
        Assert.NotEmpty(host.Entropies);
        Assert.Equal(host.Entropies, copied.Entropies);
        Assert.Equal(host.Nll, copied.Nll);
    }

    private static double[] Nll(GatherPath path) => Values(path, PassWants.Sum).Nll;

    private static (double[] Nll, float[] Entropies, float[] Listed) Values(GatherPath path, PassWants wants)
    {
        using var model = LlamaModel.Load(SampleModel(), new ModelOptions(0));
        var random = new Random(5);
        PassSet set = PassSet.Miwv(random, 12, 20, alphabet: 200);
        PassList passes = set.List();
        using TokenTable tokens = passes.Tokens;
        passes.ListedIds = [5, 17, 60];
        for (int pass = 0; pass < passes.Count; pass++) passes.Want(pass, wants);
        WavePlan plan = WavePlanner.Plan(new PrefixForest(passes), new WaveLimits(96, 64));
        using var executor = new WaveExecutor(model, plan, new ExecutorOptions(1, true, Gather: path));
        var nll = new List<double>();
        var (entropies, listed) = (new List<float>(), new List<float>());
        for (int step = 0; step < plan.Count; step++)
        {
            var result = executor.Run(step);
            nll.AddRange(result.Nll);
            entropies.AddRange(result.Entropies);
            listed.AddRange(result.Listed);
        }
        Assert.NotEmpty(nll);
        return ([.. nll], [.. entropies], [.. listed]);
    }

    internal static string SampleModel()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Directory.Exists(Path.Combine(at.FullName, "samples")))
                return Directory.GetFiles(Path.Combine(at.FullName, "samples"), "*.gguf").Order().First();
        throw new InvalidOperationException("no samples folder above the tests");
    }
}
