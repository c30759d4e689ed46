using Miwv.Llama;
using Miwv.Scoring.Forest;
using Miwv.Scoring.Passes;

namespace Miwv.Scoring.Waves;

/// <summary>
/// Turns a step of the plan into a batch and the list of what to gather. All arrays are made once, for the largest wave.
/// Pairs are (row of logits, target token); a segment is the part of one pass that this step scores.
/// </summary>
internal sealed class WaveBuilder
{
    private readonly PrefixForest forest;
    private readonly PassList passes;
    private readonly WavePlan plan;
    private readonly int[] token, position, firstLeaf, endLeaf, outputRow, path;
    private readonly bool[] output;
    private int[] pairToken, pairTarget, targets;
    private readonly List<int> segmentStart = [], segmentPass = [];
    private int count, leaf, pathLength, pairs;

    public WaveBuilder(WavePlan plan)
    {
        this.plan = plan;
        forest = plan.Forest;
        passes = forest.Passes;
        int most = plan.Limits.Tokens;
        token = new int[most];
        position = new int[most];
        firstLeaf = new int[most];
        endLeaf = new int[most];
        outputRow = new int[most];
        output = new bool[most];
        path = new int[most];
        pairToken = new int[most];
        pairTarget = new int[most];
        targets = new int[most];
    }

    public ReadOnlySpan<int> PairRow => pairToken.AsSpan(0, pairs);
    public ReadOnlySpan<int> PairTarget => pairTarget.AsSpan(0, pairs);

    /// <summary>Bounds of the segments in pairs, one more than segments.</summary>
    public ReadOnlySpan<int> SegmentStart => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(segmentStart);
    public ReadOnlySpan<int> SegmentPass => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(segmentPass);

    public void Build(int index, DecodeBatch batch)
    {
        var step = plan[index];
        Begin();
        if (step.IsTrunk) AddTrunk(step);
        else AddWave(step);
        Fill(batch);
    }

    /// <summary>The part of a wave that one pass needs, without the others.</summary>
    public void BuildAlone(int index, int pass, DecodeBatch batch)
    {
        Begin();
        AppendTokens(pass, plan[index].Base, passes.Length(pass), plan[index].Base);
        AddPairs(pass, plan[index].Base, passes.Length(pass));
        leaf = 1;
        Pop(0);
        Fill(batch);
    }

    private void Begin()
    {
        count = leaf = pathLength = pairs = 0;
        segmentStart.Clear();
        segmentPass.Clear();
        segmentStart.Add(0);
    }

    private void AddTrunk(WaveStep step)
    {
        AppendTokens(forest.PassAt(step.Last - 1), step.Base, step.End, step.Base);
        for (int place = step.First; place < step.Last; place++)
            AddPairs(forest.PassAt(place), step.Base, step.End);
        // every sequence of the waves below continues this path
        leaf = plan.Leaves;
        Pop(0);
    }

    private void AddWave(WaveStep step)
    {
        int length = -1;
        foreach (var range in plan.Ranges(step))
        {
            for (int place = range.Lo; place < range.Hi; place++)
            {
                int pass = forest.PassAt(place);
                int shared = place == range.Lo ? range.Shared : Math.Max(forest.Shared(place), step.Base);
                if (length >= 0 && shared < length) leaf++;
                Pop(shared - step.Base);
                length = passes.Length(pass);
                AppendTokens(pass, shared, length, step.Base);
                AddPairs(pass, step.Base, length);
            }
        }
        leaf++;
        Pop(0);
    }

    private void AppendTokens(int pass, int from, int to, int depth)
    {
        passes.CopyTokens(pass, from, token.AsSpan(count, to - from));
        for (int at = from; at < to; at++, count++)
        {
            position[count] = at;
            firstLeaf[count] = leaf;
            output[count] = false;
            path[at - depth] = count;
        }
        pathLength = to - depth;
    }

    // Tokens that leave the path belong to all leaves begun since they joined it.
    private void Pop(int length)
    {
        for (; pathLength > length; pathLength--) endLeaf[path[pathLength - 1]] = leaf;
    }

    // The targets whose predicting position lies in [from, to) of the path.
    private void AddPairs(int pass, int from, int to)
    {
        int first = Math.Max(passes.ScoredFrom(pass), from + 1), last = Math.Min(passes.ScoredTo(pass), to + 1);
        int more = last - first;
        if (more <= 0) return;
        if (pairs + more > pairToken.Length)
        {
            int size = Math.Max(pairs + more, pairToken.Length * 2);
            Array.Resize(ref pairToken, size);
            Array.Resize(ref pairTarget, size);
        }
        if (targets.Length < more) targets = new int[more];
        passes.CopyTokens(pass, first, targets.AsSpan(0, more));
        for (int i = 0; i < more; i++, pairs++)
        {
            int at = path[first + i - 1 - from];
            output[at] = true;
            pairToken[pairs] = at;
            pairTarget[pairs] = targets[i];
        }
        segmentStart.Add(pairs);
        segmentPass.Add(pass);
    }

    private void Fill(DecodeBatch batch)
    {
        batch.Clear();
        for (int i = 0; i < count; i++)
        {
            outputRow[i] = batch.OutputCount;
            batch.Add(token[i], position[i], firstLeaf[i], endLeaf[i] - firstLeaf[i], output[i]);
        }
        for (int i = 0; i < pairs; i++) pairToken[i] = outputRow[pairToken[i]];
    }
}
