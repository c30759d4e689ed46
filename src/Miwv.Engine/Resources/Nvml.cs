using System.Runtime.InteropServices;
using System.Text;

namespace Miwv.Engine.Resources;

/// <summary>NVIDIA's management library, which comes with the driver; loaded when it is there, never needed.</summary>
internal sealed unsafe class Nvml
{
    private const string LibraryFile = "libnvidia-ml.so.1";
    private const int NameSize = 96;

    private static readonly Lazy<Nvml?> Loaded = new(() => TryOpen(LibraryFile));

    // all return 0 on success
    private readonly delegate* unmanaged<uint*, int> count;
    private readonly delegate* unmanaged<uint, nint*, int> device;
    private readonly delegate* unmanaged<nint, Utilization*, int> rates;
    private readonly delegate* unmanaged<nint, Memory*, int> memoryInfo;
    private readonly delegate* unmanaged<nint, byte*, uint, int> name;

    private Nvml(nint count, nint device, nint rates, nint memory, nint name)
    {
        this.count = (delegate* unmanaged<uint*, int>)count;
        this.device = (delegate* unmanaged<uint, nint*, int>)device;
        this.rates = (delegate* unmanaged<nint, Utilization*, int>)rates;
        memoryInfo = (delegate* unmanaged<nint, Memory*, int>)memory;
        this.name = (delegate* unmanaged<nint, byte*, uint, int>)name;
    }

    /// <summary>This machine's; null without the library.</summary>
    public static Nvml? Machine => Loaded.Value;

    /// <summary>The card with the most work; null without a card.</summary>
    public CardUse? Busiest()
    {
        uint cards = 0;
        if (count(&cards) != 0 || cards == 0) return null;
        CardUse? busiest = null;
        byte* text = stackalloc byte[NameSize];
        for (uint i = 0; i < cards; i++)
        {
            nint card = 0;
            Utilization use = default;
            Memory memory = default;
            if (device(i, &card) != 0 || rates(card, &use) != 0 || memoryInfo(card, &memory) != 0) continue;
            string called = name(card, text, NameSize) == 0 ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text)) : "GPU";
            var found = new CardUse(called, (int)cards, use.Gpu / 100.0, (long)memory.Used, (long)memory.Total);
            if (busiest is null || (found.Busy, found.UsedBytes).CompareTo((busiest.Busy, busiest.UsedBytes)) > 0) busiest = found;
        }
        return busiest;
    }

    /// <summary>Null if the file is not there, lacks a function, or finds no driver.</summary>
    internal static Nvml? TryOpen(string file)
    {
        if (!NativeLibrary.TryLoad(file, out nint library)) return null;
        nint Export(string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
        nint init = Export("nvmlInit_v2"), count = Export("nvmlDeviceGetCount_v2"), device = Export("nvmlDeviceGetHandleByIndex_v2"),
            rates = Export("nvmlDeviceGetUtilizationRates"), memory = Export("nvmlDeviceGetMemoryInfo"), name = Export("nvmlDeviceGetName");
        if (init == 0 || count == 0 || device == 0 || rates == 0 || memory == 0 || name == 0 || ((delegate* unmanaged<int>)init)() != 0) return null;
        return new Nvml(count, device, rates, memory, name);
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
