namespace Miwv.Llama.Tap;

/// <summary>The logits of the last decode where they lie: f32 [Rows][Vocabulary], contiguous, rows in batch order.</summary>
/// <param name="Address">Host address if <paramref name="OnHost"/>, else an address of the device; valid until the next decode.</param>
/// <param name="OnCuda">The device is an NVIDIA card.</param>
public readonly record struct LogitsTensor(nint Address, int Rows, int Vocabulary, bool OnHost, bool OnCuda);
