using System.Runtime.InteropServices;
using Perfolizer.Horology;

namespace Miwv.Perf.Suite.Measuring;

/// <summary>
/// Processor time of this process in nanoseconds, all threads together: other programs on the machine do not make it run, so that
/// figures can be taken on cores that are shared.
/// </summary>
internal sealed partial class CpuClock : IClock
{
    private const int ProcessCpu = 2;

    public string Title => "process CPU";
    public bool IsAvailable => OperatingSystem.IsLinux();
    public Frequency Frequency => new(1e9);
    public long GetTimestamp() => Now();

    public static long Now() => clock_gettime(ProcessCpu, out var time) == 0
        ? time.Seconds * 1_000_000_000 + time.Nanoseconds
        : throw new PlatformNotSupportedException("no clock of processor time");

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds, Nanoseconds;
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Timespec time);
}
