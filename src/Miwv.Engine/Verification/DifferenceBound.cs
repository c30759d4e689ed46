using Miwv.Llama.Gguf;

namespace Miwv.Engine.Verification;

/// <summary>How far a run's losses may be from those of an exact row-by-row decode, nats per answer token.</summary>
/// <param name="Max">Of any loss.</param>
/// <param name="Mean">Over all losses; null = no bound of its own.</param>
/// <param name="Why">The mode that allows it.</param>
public sealed record DifferenceBound(double Max, double? Mean, string Why)
{
    internal static DifferenceBound Of(RunSettings settings, GgufFile model) => (settings.Exact, model.HasGelu) switch
    {
        (true, false) => new(1e-5, null, "--exact"),
        (true, true) => new(2e-3, null, "--exact, a model with GELU"),
        _ => new(2e-2, 2e-3, "default mode against an exact decode"),
    };
}
