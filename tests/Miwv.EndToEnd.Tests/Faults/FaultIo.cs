using System.Globalization;
using System.Text.RegularExpressions;
using Miwv.EndToEnd.Tests.Support;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>What the preloaded library (native/tests/fault_io.cpp) is told, and the calls it has counted.</summary>
internal static partial class FaultIo
{
    private static readonly string[] Changing = ["create", "write", "flush", "truncate", "rename", "delete", "mkdir"];

    /// <summary>One call on a watched file.</summary>
    internal sealed record Call(int Number, string What, string File)
    {
        /// <summary>True if it changes files or brings them to the disk.</summary>
        public bool Changes => Changing.Contains(What);

        public string Name => $"{What} {File}";
    }

    /// <summary>The environment of a process whose calls on paths that begin with <paramref name="prefix"/> are counted.</summary>
    public static Dictionary<string, string> Watch(string prefix, string? log = null) => new()
    {
        ["LD_PRELOAD"] = Checkout.FaultLibrary,
        ["MIWV_IO_PATH"] = prefix,
        ["MIWV_IO_LOG"] = log ?? "",
    };

    public static Dictionary<string, string> With(this Dictionary<string, string> watch, string name, string value) => new(watch) { ["MIWV_IO_" + name] = value };

    public static IReadOnlyList<Call> Read(string log) => !File.Exists(log) ? [] : [.. File.ReadLines(log).Select(line => line.Split('\t')).Select(f =>
        new Call(int.Parse(f[0], CultureInfo.InvariantCulture), f[1], Unique().Replace(f[2], "")))];

    // a name of its own for every process
    [GeneratedRegex(@"\.[0-9a-f]{32}(?=\.tmp$)")]
    private static partial Regex Unique();
}
