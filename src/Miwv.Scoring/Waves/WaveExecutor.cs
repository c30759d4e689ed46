using System.Diagnostics;
using Miwv.Data;
using Miwv.Llama;
using Miwv.Llama.Tap;
using Miwv.Scoring.Gather;
using Miwv.Scoring.Passes;

namespace Miwv.Scoring.Waves;

/// <summary>
/// Decodes the steps of a plan on one context and gathers their log-probs where the logits lie. Steps may be left out or begun
/// in the middle (resume): the trunks a step stands on are made resident again first, by the very decodes the plan has for them.
/// </summary>
public sealed partial class WaveExecutor : IDisposable
{
    private readonly WavePlan plan;
    private readonly ExecutorOptions options;
    private readonly LlamaContext context;
    private readonly GraphTap tap;
    private readonly LogitsSource source;
    private readonly DecodeBatch batch;
    private readonly WaveBuilder builder;
    private readonly List<int> resident = [], wanted = [];
    private readonly int vocabulary;
    private readonly bool wantsEntropy;
    private readonly FiniteWatch watch;
    private readonly int[] listedIds;
    private float[] logProbs = [], entropies = [], listed = [], rowEntropy = [], rowListed = [];
    private double[] nll = [];

    /// <param name="watch">Shared by the executors of one run; null = this one's own.</param>
    /// <exception cref="TapException">The library takes no tap.</exception>
    public WaveExecutor(LlamaModel model, WavePlan plan, ExecutorOptions options, FiniteWatch? watch = null)
    {
        this.plan = plan;
        this.watch = watch ?? new FiniteWatch();
        this.options = options;
        vocabulary = model.Vocabulary.Size;
        batch = new DecodeBatch(plan.Limits.Tokens);
        builder = new WaveBuilder(plan);
        var passes = plan.Forest.Passes;
        wantsEntropy = passes.AllWants.HasFlag(PassWants.Entropies);
        listedIds = passes.AllWants.HasFlag(PassWants.Listed) ? [.. passes.ListedIds] : [];
        tap = new GraphTap(plan.Leaves);
        source = new LogitsSource(tap, options.Gather, wantsEntropy, listedIds.Length, plan.Limits.Outputs, vocabulary);
        try
        {
            context = new LlamaContext(model, new ContextOptions
            {
                Cells = plan.Cells,
                Batch = Math.Min(plan.Limits.Tokens, plan.Cells),
                OutputRows = plan.Limits.Outputs,
                Threads = options.Threads,
                FlashAttention = options.Exact ? FlashAttention.Off : options.FlashAttention,
                CacheType = options.Exact ? CacheType.F32 : CacheType.F16,
            }, tap);
        }
        catch
        {
            tap.Dispose();
            batch.Dispose();
            throw;
        }
    }

    public WaveTimes Times { get; } = new();

    /// <summary>Computes one step.</summary>
    /// <exception cref="DecodeException">The library failed.</exception>
    /// <exception cref="TapException">The graph is not what the gather can read.</exception>
    /// <exception cref="UserException">None of the run's passes gives a number.</exception>
    public WaveResult Run(int index)
    {
        try
        {
            Compute(index);
        }
        catch (DecodeException e) when (e.IsForWantOfMemory && !plan[index].IsTrunk)
        {
            return Split(index);
        }
        if (!IsFinite()) return Repair(index);
        if (builder.SegmentPass.Length > 0) watch.SawNumber();
        return new WaveResult
        {
            Passes = builder.SegmentPass,
            Bounds = builder.SegmentStart,
            Nll = nll.AsSpan(0, builder.SegmentPass.Length),
            LogProbs = logProbs.AsSpan(0, builder.PairRow.Length),
            Entropies = entropies.AsSpan(0, wantsEntropy ? builder.PairRow.Length : 0),
            Listed = listed.AsSpan(0, builder.SegmentPass.Length * listedIds.Length),
        };
    }

    /// <summary>Computes a step for nothing, in one wave or not at all.</summary>
    /// <exception cref="DecodeException">The library failed.</exception>
    internal void Try(int index)
    {
        long tokens = Times.Tokens;
        try
        {
            Compute(index);
        }
        finally
        {
            Wipe();
            Times.Tokens = tokens;
        }
    }

    /// <summary>Whether what was computed so far was computed on a device.</summary>
    internal bool IsOnDevice => source.IsOnDevice;

    // The step in its wave; the results are in the arrays.
    private void Compute(int index)
    {
        MakeResident(plan[index].Parent);
        Decode(index);
        Gather();
    }

    private void Gather()
    {
        int segments = builder.SegmentPass.Length, pairs = builder.PairRow.Length;
        PrepareOutputs();
        if (pairs > 0)
        {
            long begin = Stopwatch.GetTimestamp();
            var logits = source.Read(batch.OutputCount);
            int entropyRows = wantsEntropy ? logits.Rows : 0, listedValues = logits.Rows * listedIds.Length;
            Grow(ref rowEntropy, entropyRows);
            Grow(ref rowListed, listedValues);
            source.Gather(new GatherWave
            {
                Logits = logits,
                PairRow = builder.PairRow,
                PairTarget = builder.PairTarget,
                SegmentStart = builder.SegmentStart,
                LogProb = logProbs.AsSpan(0, pairs),
                SegmentNll = nll.AsSpan(0, segments),
                RowEntropy = rowEntropy.AsSpan(0, entropyRows),
                ListedIds = listedIds,
                RowListed = rowListed.AsSpan(0, listedValues),
                Threads = options.Threads,
            });
            SpreadRows(pairs, segments);
            long end = Stopwatch.GetTimestamp();
            Times.Gather += end - begin;
            Times.Busy.Add((begin, end));
        }
    }

    private void PrepareOutputs()
    {
        int segments = builder.SegmentPass.Length, pairs = builder.PairRow.Length;
        if (nll.Length < segments) nll = new double[Math.Max(segments, nll.Length * 2)];
        Grow(ref logProbs, pairs);
        Grow(ref listed, segments * listedIds.Length);
        if (wantsEntropy) Grow(ref entropies, pairs);
    }

    // What the gather gives per row of logits, per scored token and per segment.
    private void SpreadRows(int pairs, int segments)
    {
        var rows = builder.PairRow;
        if (wantsEntropy)
            for (int i = 0; i < pairs; i++) entropies[i] = rowEntropy[rows[i]];
        int ids = listedIds.Length;
        if (ids == 0) return;
        for (int i = 0; i < segments; i++)
            rowListed.AsSpan(rows[builder.SegmentStart[i + 1] - 1] * ids, ids).CopyTo(listed.AsSpan(i * ids));
    }

    private static void Grow(ref float[] array, int length)
    {
        if (array.Length < length) array = new float[Math.Max(length, array.Length * 2)];
    }

    // The path below a step: the trunks it stands on, outermost first.
    private void MakeResident(int parent)
    {
        wanted.Clear();
        for (int trunk = parent; trunk >= 0; trunk = plan[trunk].Parent) wanted.Add(trunk);
        wanted.Reverse();
        int common = 0;
        while (common < wanted.Count && common < resident.Count && wanted[common] == resident[common]) common++;
        resident.RemoveRange(common, resident.Count - common);
        for (; common < wanted.Count; common++) Decode(wanted[common]);
    }

    // one pass = only what that pass needs of the step
    private void Decode(int index, int? pass = null)
    {
        var step = plan[index];
        long begin = Stopwatch.GetTimestamp();
        if (pass is { } only) builder.BuildAlone(index, only, batch);
        else builder.Build(index, batch);
        long packed = Stopwatch.GetTimestamp();
        if (step.Base == 0) context.Clear();
        else context.Truncate(step.Base);
        source.Ask(builder.PairRow, builder.PairTarget, batch.OutputCount, listedIds, vocabulary);
        context.Decode(batch);
        context.Synchronize();
        long end = Stopwatch.GetTimestamp();
        long ready = Math.Clamp(tap.InputsReady, packed, end);
        Times.Pack += packed - begin;
        Times.Prepare += ready - packed;
        Times.Model += end - ready;
        Times.Busy.Add((ready, end));
        Times.Tokens += batch.Count;
        if (step.IsTrunk) resident.Add(index);
    }

    public void Dispose()
    {
        context.Dispose();
        tap.Dispose();
        batch.Dispose();
    }
}
