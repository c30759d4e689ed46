using System.Runtime.InteropServices;

namespace Miwv.Scoring.Gather;

/// <summary><c>miwv_cuda_device</c> of native/gather.h, field for field (152 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CudaDeviceFacts
{
    public fixed byte name[128];
    public long total_bytes;
    public int capability;
    public int multiprocessors;
    public int driver_version;
    public int reserved;
}
