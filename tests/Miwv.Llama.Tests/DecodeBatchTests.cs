using Miwv.Llama.Native;

namespace Miwv.Llama.Tests;

public sealed unsafe class DecodeBatchTests(TinyModelFile tiny) : IClassFixture<TinyModelFile>
{
    [Fact]
    public void HoldsWhatWasAdded()
    {
        using var batch = new DecodeBatch(3);
        Assert.Equal(0, batch.Add(5, 0, 0, 256, output: false));
        Assert.Equal(1, batch.Add(6, 1, 255, 1, output: true));
        Assert.Equal((2, 1), (batch.Count, batch.OutputCount));
        Batch native = batch.Native;
        Assert.Equal((5, 0, 256, 0, 0), (native.token[0], native.pos[0], native.n_seq_id[0], native.seq_id[0][0], (int)native.logits[0]));
        Assert.Equal((6, 1, 1, 255, 1), (native.token[1], native.pos[1], native.n_seq_id[1], native.seq_id[1][0], (int)native.logits[1]));
        for (int s = 0; s < 256; s++) Assert.Equal(s, native.seq_id[0][s]);
        batch.Clear();
        Assert.Equal((0, 0), (batch.Count, batch.OutputCount));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(0, 257)]
    [InlineData(256, 1)]
    [InlineData(200, 57)]
    public void SequencesThatDoNotExistAreRefused(int first, int count)
    {
        using var batch = new DecodeBatch(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Add(1, 0, first, count, false));
        Assert.Equal(0, batch.Count);
    }

    [Fact]
    public void AFullBatchTakesNoMore()
    {
        using var batch = new DecodeBatch(1);
        batch.Add(1, 0, 0, 1, true);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Add(1, 1, 0, 1, true));
        Assert.Equal((1, 1), (batch.Count, batch.OutputCount));
    }

    [Fact]
    public void NothingIsAddedAfterDispose()
    {
        var batch = new DecodeBatch(1);
        batch.Dispose();
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.Add(1, 0, 0, 1, true));
    }

    [Fact]
    public void ABatchThatTheLibraryRefusesIsAnException()
    {
        using var context = new LlamaContext(tiny.Model, new ContextOptions { Cells = 256, Batch = 8, Threads = 1 });
        using var batch = new DecodeBatch(8);
        batch.Add(1, 5, 0, 1, true); // position 5 of an empty sequence
        batch.Add(1, 9, 0, 1, true);
        Assert.NotEqual(0, Assert.Throws<DecodeException>(() => context.Decode(batch)).Status);
        batch.Clear();
        batch.Add(300, 0, 0, 1, true); // one past the last id
        Assert.NotEqual(0, Assert.Throws<DecodeException>(() => context.Decode(batch)).Status);
    }
}
