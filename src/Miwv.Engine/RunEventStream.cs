using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Miwv.Engine.Results;

namespace Miwv.Engine;

/// <summary>Carries events from the threads that score to one reader. A slow reader slows the scoring, so that no row is lost and memory stays small.</summary>
internal sealed class RunEventStream : IProgress<StageProgress>, IProgress<RowScored>
{
    private readonly Channel<RunEvent> channel = Channel.CreateBounded<RunEvent>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly CancellationToken stopped;

    private RunEventStream(CancellationToken stopped) => this.stopped = stopped;

    /// <param name="score">Scores on a thread of its own, telling the stream.</param>
    public static async IAsyncEnumerable<RunEvent> Of(Func<RunEventStream, CancellationToken, ScoreTable> score, [EnumeratorCancellation] CancellationToken cancel)
    {
        // a reader that leaves early stops the run, which can be gone on with
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var stream = new RunEventStream(stop.Token);
        var work = Task.Factory.StartNew(() => stream.Run(score), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (var happened in stream.channel.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false)) yield return happened;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await work.ConfigureAwait(false);
    }

    public void Report(StageProgress value)
    {
        var stage = new RunEvent.Stage(value);
        if (!channel.Writer.TryWrite(stage) && value.Done >= value.Total) Write(stage);
    }

    public void Report(RowScored value) => Write(new RunEvent.Row(value));

    public void Warn(string text) => Write(new RunEvent.Warning(text));

    private void Run(Func<RunEventStream, CancellationToken, ScoreTable> score)
    {
        try
        {
            Write(new RunEvent.Finished(score(this, stopped)));
        }
        finally
        {
            channel.Writer.Complete();
        }
    }

    private void Write(RunEvent happened)
    {
        if (channel.Writer.TryWrite(happened)) return;
        channel.Writer.WriteAsync(happened, stopped).AsTask().GetAwaiter().GetResult();
    }
}
