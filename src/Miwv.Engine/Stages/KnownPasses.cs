using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Miwv.Data;
using Miwv.Metrics.Passes;
using Miwv.Scoring.Passes;

namespace Miwv.Engine.Stages;

/// <summary>Passes that another run has computed already, recognised by their tokens and scored span.</summary>
internal sealed class KnownPasses
{
    private readonly Dictionary<UInt128, int> places = [];
    private readonly PassList passes;
    private readonly PassResults results;

    /// <param name="passes">The other run's passes; they must stay open.</param>
    public KnownPasses(PassList passes, PassResults results)
    {
        (this.passes, this.results) = (passes, results);
        for (int pass = 0; pass < passes.Count; pass++) places[KeyOf(passes, pass)] = pass;
    }

    /// <summary>Takes over the results of all passes that are known with everything that is wanted of them.</summary>
    /// <returns>Per pass whether it was known.</returns>
    public bool[] Give(PassList to, PassResults into)
    {
        var known = new bool[to.Count];
        into.Grow();
        for (int pass = 0; pass < to.Count; pass++)
        {
            var wants = to.Wants(pass);
            if (!places.TryGetValue(KeyOf(to, pass), out int other) || !results.Has(other, wants)) continue;
            if (wants.HasFlag(PassWants.Listed) && !passes.ListedIds.SequenceEqual(to.ListedIds)) continue;
            into.Set(pass, results.OwnNll(other), wants, results.Values(other, wants));
            known[pass] = true;
        }
        return known;
    }

    private static UInt128 KeyOf(PassList passes, int pass)
    {
        var data = new int[passes.Length(pass) + 2];
        passes.CopyTokens(pass, 0, data.AsSpan(2));
        (data[0], data[1]) = (passes.ScoredFrom(pass), passes.ScoredTo(pass));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(data.AsSpan()), digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }
}
