using System.Runtime.InteropServices;
using System.Text;

namespace Miwv.Engine.Resources;

/// <summary>NVIDIA's management library, which comes with the driver; loaded when it is there, never needed.</summary>
internal static unsafe class Nvml
{
    private const string LibraryFile = "libnvidia-ml.so.1", PathVariable = "MIWV_NVML";
    private const int NameSize = 96;

    private static readonly Lazy<Functions?> Loaded = new(Load);

    /// <summary>The card with the most work; null without a card or library.</summary>
    public static CardUse? Busiest()
    {
        if (Loaded.Value is not { } nvml) return null;
        uint cards = 0;
        if (nvml.Count(&cards) != 0 || cards == 0) return null;
        CardUse? busiest = null;
        byte* name = stackalloc byte[NameSize];
        for (uint i = 0; i < cards; i++)
        {
            nint device = 0;
            Utilization use = default;
            Memory memory = default;
            if (nvml.Device(i, &device) != 0 || nvml.Rates(device, &use) != 0 || nvml.MemoryInfo(device, &memory) != 0) continue;
            string text = nvml.Name(device, name, NameSize) == 0 ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)) : "GPU";
            var card = new CardUse(text, (int)cards, use.Gpu / 100.0, (long)memory.Used, (long)memory.Total);
            if (busiest is null || (card.Busy, card.UsedBytes).CompareTo((busiest.Busy, busiest.UsedBytes)) > 0) busiest = card;
        }
        return busiest;
    }

    private static Functions? Load()
    {
        string file = Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named ? named : LibraryFile;
        if (!NativeLibrary.TryLoad(file, out nint library)) return null;
        nint Export(string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
        nint init = Export("nvmlInit_v2"), count = Export("nvmlDeviceGetCount_v2"), device = Export("nvmlDeviceGetHandleByIndex_v2"),
            rates = Export("nvmlDeviceGetUtilizationRates"), memory = Export("nvmlDeviceGetMemoryInfo"), name = Export("nvmlDeviceGetName");
        if (init == 0 || count == 0 || device == 0 || rates == 0 || memory == 0 || name == 0 || ((delegate* unmanaged<int>)init)() != 0) return null;
        return new Functions
        {
            Count = (delegate* unmanaged<uint*, int>)count, Device = (delegate* unmanaged<uint, nint*, int>)device,
            Rates = (delegate* unmanaged<nint, Utilization*, int>)rates, MemoryInfo = (delegate* unmanaged<nint, Memory*, int>)memory,
            Name = (delegate* unmanaged<nint, byte*, uint, int>)name,
        };
    }

    // all return 0 on success
    private sealed class Functions
    {
        public required delegate* unmanaged<uint*, int> Count;
        public required delegate* unmanaged<uint, nint*, int> Device;
        public required delegate* unmanaged<nint, Utilization*, int> Rates;
        public required delegate* unmanaged<nint, Memory*, int> MemoryInfo;
        public required delegate* unmanaged<nint, byte*, uint, int> Name;
    }

    // percent of the last sample period
    private struct Utilization
    {
        public uint Gpu, MemoryController;
    }

    // bytes
    private struct Memory
    {
        public ulong Total, Free, Used;
    }
}
