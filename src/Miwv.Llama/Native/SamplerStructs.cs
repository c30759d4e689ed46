using System.Runtime.InteropServices;

namespace Miwv.Llama.Native;

/// <summary>llama_sampler_i of llama.cpp v0.5.0: twelve function pointers, all but a few may be null.</summary>
[StructLayout(LayoutKind.Sequential, Size = 96)]
internal unsafe struct SamplerInterface
{
    public delegate* unmanaged<Sampler*, byte*> name;
    public nint accept;
    public delegate* unmanaged<Sampler*, void*, void> apply;
    public nint reset, clone, free;
    public delegate* unmanaged<Sampler*, nint, uint, byte> backend_init;
    public nint backend_accept;
    public delegate* unmanaged<Sampler*, void*, void*, SamplerData*, void> backend_apply;
    public delegate* unmanaged<Sampler*, void> backend_set_input;
    public delegate* unmanaged<Sampler*, void> backend_reset;
    public nint copy_state;
}

/// <summary>llama_sampler: interface and the pointer that was given with it.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal unsafe struct Sampler
{
    public SamplerInterface* iface;
    public void* ctx;
}

/// <summary>llama_sampler_data: what a backend sampler reads and hands on.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal unsafe struct SamplerData
{
    public Tensor* logits, probs, sampled, candidates;
}

/// <summary>llama_sampler_seq_config: a sequence and its sampler chain.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal unsafe struct SamplerOfSequence
{
    public int sequence;
    public Sampler* chain;
}
