using Miwv.Data;
using Miwv.Perf.Suite.Measuring;

namespace Miwv.Perf.Suite;

/// <summary>What the suite was asked for.</summary>
internal sealed record SuiteOptions
{
    /// <summary>Writes the baseline and a line of history.</summary>
    public bool Update { get; private init; }

    /// <summary>Benchmarks to run; empty = all.</summary>
    public IReadOnlyList<string> Only { get; private init; } = [];

    /// <summary>Folder of latest.json and latest.md.</summary>
    public string Output { get; private init; } = "artifacts/perf";

    /// <summary>Folder of baseline.json and history.jsonl.</summary>
    public string Committed { get; private init; } = "perf";

    /// <summary>Where perf/peers was built.</summary>
    public string Peers { get; private init; } = "artifacts/peers";

    /// <exception cref="UserException">An unknown option or one without a value.</exception>
    public static SuiteOptions Parse(string[] arguments)
    {
        var options = new SuiteOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string Value() => ++i < arguments.Length ? arguments[i] : throw new UserException($"{arguments[i - 1]} needs a value");
            switch (arguments[i])
            {
                case "--update": options = options with { Update = true }; break;
                case "--slow": Slowdown.Seed(Value()); break;
                case "--only": options = options with { Only = Value().Split(',') }; break;
                case "--output": options = options with { Output = Value() }; break;
                case "--committed": options = options with { Committed = Value() }; break;
                case "--peers": options = options with { Peers = Value() }; break;
                default: throw new UserException($"{arguments[i]}: unknown; there are --update, --only NAME,..., --slow NAME:FACTOR, --output DIR, --committed DIR, --peers DIR");
            }
        }
        if (options.Update && (Slowdown.Names.Count > 0 || options.Only.Count > 0))
            throw new UserException("--update needs a whole run without a seeded slow-down");
        return options;
    }
}
