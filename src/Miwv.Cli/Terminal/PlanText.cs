using System.Globalization;
using Miwv.Scoring.Waves;

namespace Miwv.Cli.Terminal;

/// <summary>A plan in words.</summary>
internal static class PlanText
{
    public static string Line(WavePlan plan)
    {
        long plain = plan.Forest.PlainTokens;
        double ratio = plan.Tokens == 0 ? 1 : (double)plain / plan.Tokens;
        return string.Create(CultureInfo.InvariantCulture,
            $"plan: {plan.Forest.Count:N0} passes, {plan.Tokens:N0} tokens in {plan.Count:N0} decodes; a plain loop decodes {plain:N0} ({ratio:F2} times as many)");
    }
}
