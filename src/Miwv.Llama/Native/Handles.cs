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
    // weights, vocabulary and devices are the model's: it is freed when no context is left
    private readonly ModelHandle model;

    public ContextHandle(nint value, ModelHandle model) : base(0, ownsHandle: true)
    {
        bool added = false;
        model.DangerousAddRef(ref added);
        this.model = model;
        SetHandle(value);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LlamaNative.llama_free(handle);
        model.DangerousRelease();
        return true;
    }
}
