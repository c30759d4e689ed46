using Miwv.Engine;

namespace Miwv.Perf.Scale;

/// <summary>Splits the tokenizing off whatever stage it happens in.</summary>
internal sealed class StageListener(StageMeter meter) : IProgress<StageProgress>
{
    private const string Tokenizing = "tokenize";
    private string? around;

    public void Report(StageProgress value)
    {
        if (value.Stage != Tokenizing) return;
        if (around is null)
        {
            around = meter.Current;
            meter.Begin(Tokenizing);
        }
        else if (value.Done == value.Total && meter.Current == Tokenizing) meter.Begin(around);
    }
}
