using Miwv.Llama.Native;
using Miwv.Llama.Tap;

namespace Miwv.Llama.Tests.Tap;

public sealed unsafe class GraphGatherTests(TinyModelFile tiny) : IClassFixture<TinyModelFile>
{
    private const int Sequences = 5, Size = 64;

    private LlamaContext Context(GraphTap tap) => new(tiny.Model, new ContextOptions { Cells = 256, Batch = Size, OutputRows = Size, Threads = 1, FlashAttention = FlashAttention.Off, CacheType = CacheType.F32 }, tap);

    [Fact]
    public void LogProbsAreThoseOfTheLogitsInAnyWave()
    {
        using var tap = new GraphTap(Sequences);
        GraphGather gather = tap.GatherInGraph(8);
        LlamaContext context = Context(tap);
        Assert.True(gather.IsActive);
        int vocabulary = tiny.Model.Vocabulary.Size;
        int[] ids = [7, 42];
        using (context)
        using (var batch = new DecodeBatch(Size))
            for (int round = 0; round < 12; round++)
            {
                // the same shape with other pairs (a reused graph), more pairs than the graph has room for, fewer again, a wave without outputs between
                int rows = round % 4 == 3 ? 3 : 9, perRow = round switch { 5 => 40, 6 => 3, _ => 1 };
                context.Clear();
                Fill(batch, rows, round, outputs: round != 8);
                var random = new Random(round);
                int[] pairRow = [.. Enumerable.Range(0, batch.OutputCount).SelectMany(r => Enumerable.Repeat(r, perRow))];
                int[] target = [.. pairRow.Select(_ => random.Next(vocabulary))];
                gather.Ask(pairRow, target, batch.OutputCount, ids, vocabulary);
                context.Decode(batch);
                context.Synchronize();
                if (batch.OutputCount == 0) continue;
                var logits = new ReadOnlySpan<float>((void*)tap.Logits(batch.OutputCount).Address, batch.OutputCount * vocabulary);
                var found = new float[pairRow.Length];
                var listed = new float[batch.OutputCount * ids.Length];
                gather.Read(pairRow, batch.OutputCount, found, listed);
                for (int i = 0; i < found.Length; i++)
                    Assert.Equal(LogProb(logits.Slice(pairRow[i] * vocabulary, vocabulary), target[i]), found[i], 1e-5);
                for (int i = 0; i < listed.Length; i++) Assert.Equal(logits[i / ids.Length * vocabulary + ids[i % ids.Length]], listed[i]);
            }
    }

    [Fact]
    public void TheLibrarysHostBufferIsNeverWritten()
    {
        const float mark = -12345.5f;
        using var tap = new GraphTap(Sequences);
        GraphGather gather = tap.GatherInGraph(64);
        LlamaContext context = Context(tap);
        using (context)
        using (var batch = new DecodeBatch(Size))
        {
            Decode(context, batch, gather, 0);
            int count = batch.OutputCount * tiny.Model.Vocabulary.Size;
            float* buffer = LlamaNative.llama_get_logits(context.Handle);
            new Span<float>(buffer, count).Fill(mark);
            for (int round = 1; round < 4; round++) Decode(context, batch, gather, round);
            Assert.True(buffer == LlamaNative.llama_get_logits(context.Handle));
            Assert.Equal(count, new Span<float>(buffer, count).Count(mark));
        }
    }

    [Fact]
    public void AGraphThatWasNotAskedIsNoAnswer()
    {
        using var tap = new GraphTap(Sequences);
        GraphGather gather = tap.GatherInGraph(64);
        LlamaContext context = Context(tap);
        using (context)
            Assert.Throws<TapException>(() => gather.Read([0], 1, new float[1], []));
        Assert.True(GraphGather.Holds(4096, 262_144));
        Assert.False(GraphGather.Holds(16_384, 262_144));
    }

    private void Decode(LlamaContext context, DecodeBatch batch, GraphGather gather, int seed)
    {
        context.Clear();
        Fill(batch, 7, seed, outputs: true);
        gather.Ask([0], [1], batch.OutputCount, [], tiny.Model.Vocabulary.Size);
        context.Decode(batch);
        context.Synchronize();
    }

    private static double LogProb(ReadOnlySpan<float> row, int target)
    {
        double top = float.NegativeInfinity, sum = 0;
        foreach (float x in row) top = Math.Max(top, x);
        foreach (float x in row) sum += Math.Exp(x - top);
        return row[target] - top - Math.Log(sum);
    }

    private static void Fill(DecodeBatch batch, int rows, int seed, bool outputs)
    {
        batch.Clear();
        var random = new Random(seed);
        for (int s = 0; s < Sequences; s++)
            for (int i = 0; i < rows; i++)
                batch.Add(3 + random.Next(290), i, s, 1, output: outputs && (i + s) % 2 == 0);
    }
}
