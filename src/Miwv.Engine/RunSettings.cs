using Miwv.Data;
using Miwv.Engine.Cascading;
using Miwv.Engine.Judging;
using Miwv.Llama;
using Miwv.Metrics;
using Miwv.Metrics.Selection;
using Miwv.Retrieval;

namespace Miwv.Engine;

/// <summary>Everything a run is made from. Paths are as the user gave them.</summary>
public sealed record RunSettings
{
    public required string DataPath { get; init; }
    public required string ModelPath { get; init; }

    /// <summary>A GGUF embedding model; null = the scoring model's own mean hidden state, unless <see cref="VectorsPath"/> is set.</summary>
    public string? EmbedderPath { get; init; }

    /// <summary>A .npy file with one vector a row.</summary>
    public string? VectorsPath { get; init; }

    /// <summary>Another data file whose rows are the demonstrations; null = the data's own rows are.</summary>
    public string? DemonstrationsPath { get; init; }

    /// <summary>alpaca, plain, chatml, model, or a template file.</summary>
    public string Template { get; init; } = "alpaca";
    public ColumnMap Columns { get; init; } = ColumnMap.Default;
    public IdSource Ids { get; init; }
    public int? Limit { get; init; }

    /// <summary>Tokens of the window; null = the model's training context.</summary>
    public int? Window { get; init; }

    /// <summary>Flash attention off and f32 KV cache.</summary>
    public bool Exact { get; init; }
    public FlashAttention FlashAttention { get; init; } = FlashAttention.Auto;
    public int GpuLayers { get; init; } = -1;
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Most tokens of one decode; null = chosen for the machine.</summary>
    public int? WaveTokens { get; init; }

    /// <summary>Contexts side by side; null = chosen for the machine. Not a user's option: for measurements.</summary>
    public int? Contexts { get; init; }

    /// <summary>How the embeddings' components are kept.</summary>
    public StoreType Store { get; init; } = StoreType.F32;

    /// <summary>How neighbours are searched: all pairs, an HNSW index, or the faster one.</summary>
    public SearchMode Search { get; init; } = SearchMode.Auto;
    public HnswOptions Hnsw { get; init; } = new();

    /// <summary>Rows identical to a row may be its demonstration.</summary>
    public bool KeepDuplicates { get; init; }

    /// <summary>The end-of-sequence token is scored behind every answer.</summary>
    public bool ScoreEos { get; init; }

    /// <summary>Which assistant turns of a conversation are scored, and how they become one value.</summary>
    public TurnRule Turns { get; init; }

    /// <summary>The metrics, as on the command line; the first is the one that rows are ranked by.</summary>
    public string Metrics { get; init; } = "miwv";

    /// <summary>A small model that scores all rows first; null = none.</summary>
    public CascadeSettings? Cascade { get; init; }

    /// <summary>Models that rate the rows in place of the scoring model.</summary>
    public IReadOnlyList<Judge> Judges { get; init; } = [];

    /// <summary>Only so many of the best rows by the first metric will be kept: what can no longer be among them need not be scored to the end. Null = every row gets its value.</summary>
    public TopCount? EarlyStop { get; init; }

    /// <summary>Directory of a finished run whose passes are not computed again; null = none.</summary>
    public string? From { get; init; }

    /// <summary>Draws held-out rows, random examples and cluster centres.</summary>
    public int Seed { get; init; }

    /// <summary>The options of the selection that was made of the run, by their names on the command line; null = none was. They decide no number.</summary>
    public IReadOnlyList<KeyValuePair<string, string[]>>? Selecting { get; init; }

    /// <summary>The log-prob of every scored token is kept in the journal.</summary>
    public bool PerToken { get; init; }
}
