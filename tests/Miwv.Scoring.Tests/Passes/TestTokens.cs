using Miwv.Scoring.Passes;

namespace Miwv.Scoring.Tests.Passes;

/// <summary>Token tables made from arrays.</summary>
internal static class TestTokens
{
    public static TokenTable Table(IReadOnlyList<int[]> texts, int threads = 1) => TokenTableBuilder.Build(
        texts.Count, (i, tokens) => tokens.AddRange(texts[i]), Path.Combine(Path.GetTempPath(), $"miwv-tokens-{Guid.NewGuid():N}.tmp"), threads, null, default);
}
