using System.Text;
using Miwv.Scoring.Gather;

namespace Miwv.Scoring.Tests.Gather;

/// <summary>
/// Runs a check once per instruction set this CPU has. The choice is the whole process's and changes the last bits of
/// a log-prob, so these tests run while no other test does.
/// </summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed unsafe class InstructionSets
{
    internal const string Collection = "instruction sets";

    internal static IReadOnlyList<string> ForEach(Action<string> check)
    {
        GatherLibrary.EnsureUsable();
        List<string> run = [];
        try
        {
            foreach (string isa in (string[])["avx512", "avx2", "portable"])
                if (Force(isa))
                {
                    check(isa);
                    run.Add(isa);
                }
        }
        finally
        {
            _ = GatherNative.miwv_gather_force_isa(null);
        }
        return run;
    }

    private static bool Force(string isa)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(isa + "\0"))
            return GatherNative.miwv_gather_force_isa(name) == (int)GatherStatus.Ok;
    }
}
