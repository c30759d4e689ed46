using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

/// <summary>Owns a llama_model.</summary>
internal sealed class ModelHandle : SafeHandle
{
    public ModelHandle() : base(0, ownsHandle: true) { }
    public ModelHandle(nint value) : this() => SetHandle(value);
    public override bool IsInvalid => handle == 0;
    protected override bool ReleaseHandle() { LlamaNative.llama_model_free(handle); return true; }
}

/// <summary>Owns a llama_context.</summary>
internal sealed class ContextHandle : SafeHandle
{
    public ContextHandle() : base(0, ownsHandle: true) { }
    public ContextHandle(nint value) : this() => SetHandle(value);
    public override bool IsInvalid => handle == 0;
    protected override bool ReleaseHandle() { LlamaNative.llama_free(handle); return true; }
}
