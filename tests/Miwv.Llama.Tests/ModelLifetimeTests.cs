namespace Miwv.Llama.Tests;

public class ModelLifetimeTests(TinyModelFile tiny) : IClassFixture<TinyModelFile>
{
    /// <summary>A context reads the weights of its model: whoever lets go of the model first frees nothing that is still read.</summary>
    [Fact]
    public void AContextKeepsItsModel()
    {
        LlamaModel model = tiny.Load("lifetime.gguf", tiny.Bytes);
        using (var context = new LlamaContext(model, new ContextOptions { Cells = 64, Batch = 64, Threads = 1 }))
        using (var batch = new DecodeBatch(64))
        {
            model.Dispose();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            for (int i = 0; i < 4; i++) batch.Add(5 + i, i, 0, 1, output: true);
            context.Decode(batch);
            context.Synchronize();
            Assert.False(model.Handle.IsInvalid);
        }
        Assert.True(model.Handle.IsClosed);
    }
}
