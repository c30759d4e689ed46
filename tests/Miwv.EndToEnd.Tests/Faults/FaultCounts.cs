using System.Globalization;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>How many faults are made: few in the tests, as many as scripts/faults is told in the campaign, which also wants the figures.</summary>
internal static class FaultCounts
{
    public static int Kills { get; } = Number("MIWV_FAULT_KILLS", 4);
    public static int Signals { get; } = Number("MIWV_FAULT_SIGNALS", 2);
    public static int Flips { get; } = Number("MIWV_FAULT_FLIPS", 24);
    public static int Limits { get; } = Number("MIWV_FAULT_LIMITS", 2);

    /// <summary>Every n-th call on a file is one to kill at or to fail.</summary>
    public static int CallStep { get; } = Number("MIWV_FAULT_CALL_STEP", 48);

    /// <summary>Power failures that are played.</summary>
    public static int Failures { get; } = Number("MIWV_FAULT_FAILURES", 12);

    /// <summary>Every n-th byte of the last three journal records is a place to cut at.</summary>
    public static int CutStep { get; } = Number("MIWV_FAULT_CUT_STEP", 17);
    public static int Rows { get; } = Number("MIWV_FAULT_ROWS", 40);
    public static int Seed { get; } = Number("MIWV_FAULT_SEED", 8);

    /// <summary>Adds a line to the campaign's figures.</summary>
    public static void Report(string line)
    {
        if (Environment.GetEnvironmentVariable("MIWV_FAULT_REPORT") is { Length: > 0 } file) File.AppendAllText(file, line + "\n");
    }

    private static int Number(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
