using System.Runtime.InteropServices;
using Miwv.Llama.Native;
using Miwv.Llama.Tap;

namespace Miwv.Llama.Tests.Tap;

public sealed unsafe class GraphTapTests(TinyModelFile tiny) : IClassFixture<TinyModelFile>
{
    private const int Sequences = 5, Size = 64;

    private LlamaContext Context(GraphTap? tap, FlashAttention flash = FlashAttention.Off) => new(tiny.Model, new ContextOptions
    {
        Cells = 256, Batch = Size, OutputRows = Size, Threads = 1, FlashAttention = flash, CacheType = flash == FlashAttention.Off ? CacheType.F32 : CacheType.F16,
    }, tap);

    [Theory]
    [InlineData(FlashAttention.Off)]
    [InlineData(FlashAttention.On)]
    public void LogitsAreBitForBitThoseOfTheLibrary(FlashAttention flash)
    {
        using var tap = new GraphTap(Sequences);
        LlamaContext tapped = Context(tap, flash);
        using LlamaContext plain = Context(null, flash);
        using (tapped)
        using (var batch = new DecodeBatch(Size))
            for (int round = 0; round < 6; round++)
            {
                // trunks without outputs, waves of changing shape, the same shape twice: the library keeps graphs and reuses them
                int trunk = round % 3 == 0 ? 0 : 6, rows = round is 4 or 5 ? 9 : 3 + round;
                foreach (LlamaContext context in new[] { tapped, plain })
                {
                    context.Clear();
                    if (trunk > 0)
                    {
                        batch.Clear();
                        for (int i = 0; i < trunk; i++) batch.Add(10 + i, i, 0, Sequences, output: false);
                        context.Decode(batch);
                        context.Synchronize();
                    }
                    Fill(batch, trunk, rows, round);
                    context.Decode(batch);
                    context.Synchronize();
                }
                LogitsTensor logits = tap.Logits(batch.OutputCount);
                Assert.Equal((batch.OutputCount, tiny.Model.Vocabulary.Size, true), (logits.Rows, logits.Vocabulary, logits.OnHost));
                var seen = new ReadOnlySpan<float>((void*)logits.Address, logits.Rows * logits.Vocabulary);
                for (int token = 0, row = 0; token < batch.Count; token++)
                    if (batch.Native.logits[token] != 0)
                        Assert.True(MemoryMarshal.AsBytes(plain.LogitsOf(token)).SequenceEqual(MemoryMarshal.AsBytes(seen.Slice(row++ * logits.Vocabulary, logits.Vocabulary))), $"round {round}, token {token}");
            }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // shows that the mark would be overwritten
    public void TheLibrarysHostBufferIsNeverWritten(bool withTap)
    {
        const float mark = -12345.5f;
        using GraphTap? tap = withTap ? new GraphTap(Sequences) : null;
        LlamaContext context = Context(tap);
        using (context)
        using (var batch = new DecodeBatch(Size))
        {
            Fill(batch, 0, 7, 0);
            context.Decode(batch);
            context.Synchronize();
            int count = batch.OutputCount * tiny.Model.Vocabulary.Size;
            float* buffer = LlamaNative.llama_get_logits(context.Handle);
            Assert.True(buffer != null);
            new Span<float>(buffer, count).Fill(mark);
            for (int round = 1; round < 4; round++)
            {
                context.Clear();
                Fill(batch, 0, 7, round);
                context.Decode(batch);
                context.Synchronize();
                Assert.True(buffer == LlamaNative.llama_get_logits(context.Handle));
            }
            int kept = new Span<float>(buffer, count).Count(mark);
            Assert.Equal(withTap ? count : 0, kept);
        }
    }

    [Fact]
    public void AnotherNumberOfRowsVoidsTheWave()
    {
        using var tap = new GraphTap(Sequences);
        LlamaContext context = Context(tap);
        using (context)
        using (var batch = new DecodeBatch(Size))
        {
            Assert.Contains("no logits", Assert.Throws<TapException>(() => tap.Logits(1)).Message, StringComparison.Ordinal);
            Fill(batch, 0, 4, 0);
            context.Decode(batch);
            context.Synchronize();
            int rows = batch.OutputCount;
            Assert.Equal(rows, tap.Logits(rows).Rows);
            string message = Assert.Throws<TapException>(() => tap.Logits(rows + 1)).Message;
            Assert.Contains($"300 x {rows} ", message, StringComparison.Ordinal);
            Assert.Contains($"expected 300 x {rows + 1}", message, StringComparison.Ordinal);
        }
    }

    /// <summary>Whatever a graph may show that is not as expected is found before a byte of it is read.</summary>
    [Fact]
    public void AWrongTensorVoidsTheWave()
    {
        using var tap = new GraphTap(Sequences);
        LlamaContext context = Context(tap);
        using (context)
        using (var batch = new DecodeBatch(Size))
        {
            Fill(batch, 0, 4, 0);
            context.Decode(batch);
            context.Synchronize();
            int rows = batch.OutputCount;
            Tensor good = *tap.Seen;
            Assert.Equal(rows, GraphTap.Checked(tap.Seen, 300, rows).Rows);
            Assert.Contains("no logits", Assert.Throws<TapException>(() => GraphTap.Checked(null, 300, rows)).Message, StringComparison.Ordinal);
            Void(good, rows, "ggml type 1", (ref Tensor t) => t.type = 1); // f16
            Void(good, rows, "ggml type 8", (ref Tensor t) => t.type = 8); // q8_0
            Void(good, rows, "expected 300", (ref Tensor t) => t.ne[0] = 299);
            Void(good, rows, "expected 300", (ref Tensor t) => t.ne[1]++);
            Void(good, rows, "expected 300", (ref Tensor t) => t.ne[2] = 2);
            Void(good, rows, "expected 300", (ref Tensor t) => t.ne[3] = 0);
            Void(good, rows, "not contiguous", (ref Tensor t) => t.nb[0] = 8);
            Void(good, rows, "not contiguous", (ref Tensor t) => t.nb[1] += 4);
            Void(good, rows, "no memory", (ref Tensor t) => t.data = null);
            Void(good, rows, "no memory", (ref Tensor t) => t.buffer = 0);
            Void(good, rows, "not inside", (ref Tensor t) => t.data = (byte*)t.data + (1L << 40));
            Void(good, rows, "not inside", (ref Tensor t) => t.data = (byte*)t.data - (1L << 30));
        }
    }

    private delegate void Change(ref Tensor tensor);

    private static void Void(Tensor tensor, int rows, string reason, Change change)
    {
        change(ref tensor);
        nint wrong = (nint)(&tensor);
        Assert.Contains(reason, Assert.Throws<TapException>(() => GraphTap.Checked((Tensor*)wrong, 300, rows)).Message, StringComparison.Ordinal);
    }

    // Sequences of `rows` tokens below a trunk, every second token an output.
    private static void Fill(DecodeBatch batch, int trunk, int rows, int seed)
    {
        batch.Clear();
        var random = new Random(seed);
        for (int s = 0; s < Sequences; s++)
            for (int i = 0; i < rows; i++)
                batch.Add(3 + random.Next(290), trunk + i, s, 1, output: (i + s) % 2 == 0);
    }
}
