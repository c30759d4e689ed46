using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Miwv.Data;
using Miwv.Engine.Gpu;
using Miwv.Llama;
using Miwv.Scoring.Gather;

namespace Miwv.Engine;

/// <summary>What a machine has that matters here; nothing in it throws.</summary>
public sealed record MachineReport
{
    public required string System { get; init; }
    public required string Runtime { get; init; }
    public required int Cores { get; init; }

    /// <summary>Bytes.</summary>
    public required long Memory { get; init; }
    public required IReadOnlyList<string> CpuFeatures { get; init; }

    /// <summary>Path and instruction set of the gather; null with a line in <see cref="ToDo"/> if it cannot be used.</summary>
    public string? GatherPath { get; init; }
    public string? GatherIsa { get; init; }

    /// <summary>"native sm_75 ...", "ptx sm_75" or "none".</summary>
    public string? CudaKernels { get; init; }

    /// <summary>Null if the CUDA gather can be used.</summary>
    public string? CudaGatherObstacle { get; init; }
    public IReadOnlyList<CudaCard> Cards { get; init; } = [];

    /// <summary>Directory and version of libllama, whose struct layout was proved; null if none can be used.</summary>
    public string? LlamaPath { get; init; }
    public string? LlamaVersion { get; init; }
    public IReadOnlyList<ComputeDevice> Devices { get; init; } = [];
    public required CudaRuntime Cuda { get; init; }

    /// <summary>What would be used, in words.</summary>
    public string Use { get; init; } = "";

    /// <summary>What to install or change, most important first; empty if nothing.</summary>
    public IReadOnlyList<string> ToDo { get; init; } = [];

    /// <summary>False if scoring cannot run at all.</summary>
    public bool CanScore => GatherPath is not null && LlamaPath is not null;

    public static MachineReport Make(string? llamaDirectory)
    {
        var toDo = new List<string>();
        var report = new MachineReport
        {
            System = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier})",
            Runtime = RuntimeInformation.FrameworkDescription,
            Cores = Environment.ProcessorCount,
            Memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            CpuFeatures = Features(),
            Cuda = CudaRuntime.Found,
        };
        try
        {
            report = report with
            {
                GatherIsa = GatherLibrary.InstructionSet,
                GatherPath = GatherLibrary.Path,
                CudaKernels = CudaGather.Image,
                CudaGatherObstacle = CudaGather.Obstacle,
                Cards = CudaGather.Cards(),
            };
        }
        catch (UserException e)
        {
            toDo.Add(e.Message);
        }
        try
        {
            LlamaLibrary.Load(llamaDirectory);
            report = report with { LlamaPath = LlamaLibrary.Directory, LlamaVersion = LlamaLibrary.Version, Devices = LlamaLibrary.Devices() };
        }
        catch (UserException e)
        {
            toDo.Add(e.Message);
        }
        var gpus = report.Devices.Where(d => d.IsGpu).ToList();
        bool hasCard = report.Cuda.Cards > 0 || report.Cards.Count > 0;
        if (hasCard && report.Cuda.Complaint is { } complaint) toDo.Add(complaint);
        else if (hasCard && gpus.Count == 0) toDo.Add("there is an NVIDIA card, but this libllama cannot use it: run scripts/build --cuda, or name a CUDA build with --llama-dir");
        if (gpus.Count > 0) toDo.AddRange(report.Cards.Select(LlamaCudaBuild.Complaint).OfType<string>());
        if (hasCard && report.CudaKernels == "none") toDo.Add("the gather has no CUDA kernels: install clang (or the CUDA toolkit) and run scripts/build again; until then the library's own operations do its work, a little slower");
        string model = gpus.Count > 0 ? $"all layers on {string.Join(" + ", gpus.Select(g => g.Description))} unless -ngl says otherwise" : $"the model on the CPU, {report.Cores} threads";
        string gather = gpus.Count == 0 ? $"log-probs gathered on the CPU ({report.GatherIsa ?? "no library"})"
            : report.CudaGatherObstacle is null ? $"log-probs gathered on the card ({report.CudaKernels})" : $"log-probs gathered by the library's own operations (no kernel: {report.CudaGatherObstacle})";
        return report with { Use = $"{model}; {gather}", ToDo = toDo };
    }

    private static List<string> Features()
    {
        var features = new List<string>();
        void Add(bool has, string name)
        {
            if (has) features.Add(name);
        }
        Add(Sse42.IsSupported, "sse4.2");
        Add(Avx2.IsSupported, "avx2");
        Add(Fma.IsSupported, "fma");
        Add(Avx512F.IsSupported, "avx512f");
        Add(Avx512BW.IsSupported, "avx512bw");
        Add(AdvSimd.IsSupported, "neon");
        Add(Dp.IsSupported, "dotprod");
        return features;
    }
}
