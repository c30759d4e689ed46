using System.Globalization;
using Miwv.Data;

namespace Miwv.Perf.Suite.Measuring;

/// <summary>A seeded slow-down: a subject repeats part of its work, as if the program had become slower. Only to see that the suite notices.</summary>
internal static class Slowdown
{
    private static readonly Dictionary<string, double> Factors = [];

    public static IReadOnlyCollection<string> Names => Factors.Keys;

    /// <summary>Reads NAME:FACTOR.</summary>
    /// <exception cref="UserException">Not of that form, or a factor below 1.</exception>
    public static void Seed(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 1 || !double.TryParse(text[(colon + 1)..], CultureInfo.InvariantCulture, out double factor) || !(factor >= 1))
            throw new UserException($"--slow {text}: is not of the form NAME:FACTOR with a factor of at least 1, such as gather:1.3");
        Factors[text[..colon]] = factor;
    }

    /// <summary>How often a subject does its unit of work that should do it <paramref name="times"/> times.</summary>
    public static int Times(string benchmark, int times) => (int)Math.Round(times * Factors.GetValueOrDefault(benchmark, 1));
}
