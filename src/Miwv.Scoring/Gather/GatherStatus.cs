namespace Miwv.Scoring.Gather;

/// <summary><c>miwv_gather_status</c> of native/gather.h.</summary>
internal enum GatherStatus
{
    Ok = 0,
    BadArgument = 1,
    UnsupportedType = 2,
    OutOfMemory = 3,
    DeviceError = 4,
}
