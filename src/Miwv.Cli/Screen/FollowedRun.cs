using Miwv.Data;
using Miwv.Engine.Explain;
using Miwv.Engine.Following;
using Miwv.Engine.Results;

namespace Miwv.Cli.Screen;

/// <summary>Keeps a monitor up with a run that another process works on, until it has its scores.</summary>
internal sealed class FollowedRun : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly RunMonitor monitor;
    private readonly string path;
    private readonly CancellationTokenSource stop;
    private readonly RunFollower follower;
    private readonly Thread thread;
    private StoredRun? stored;

    /// <exception cref="UserException">As <see cref="RunFollower.Open"/>.</exception>
    public FollowedRun(string path, RunMonitor monitor, CancellationToken cancel)
    {
        (this.path, this.monitor) = (path, monitor);
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        follower = RunFollower.Open(path, monitor, cancel);
        Look();
        thread = new Thread(Follow) { IsBackground = true, Name = "follower" };
        thread.Start();
    }

    /// <summary>The command that goes on with the run, if it stopped.</summary>
    public string? Resume => monitor.Phase == RunPhase.Stopped ? ResumeCommand.Of(path, follower.Settings, follower.Folder) : null;

    /// <summary>Computes the tokens of opened rows.</summary>
    public AnswerScorer LoadScorer() => AnswerScorer.Load(follower.Settings, follower.Rows);

    public void Dispose()
    {
        stop.Cancel();
        thread.Join();
        stored?.Dispose();
        follower.Dispose();
        stop.Dispose();
    }

    private void Follow()
    {
        try
        {
            while (stored is null && !stop.Token.WaitHandle.WaitOne(LookEvery)) Look();
        }
        catch (Exception e) when (e is UserException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            monitor.Follow(follower.Live, RunPhase.Silent, e.Message);
        }
    }

    private void Look()
    {
        int plans = follower.Plans;
        follower.Poll();
        if (follower.Phase == RunPhase.Finished)
        {
            stored = StoredRun.Open(path, stop.Token);
            monitor.Show(RowBoard.Of(stored), 1);
            monitor.Follow(null, RunPhase.Finished, null);
            return;
        }
        if (follower.Plans != plans) monitor.Show(RowBoard.Of(follower), follower.Sharing);
        follower.ReadRows();
        string? advice = follower.Phase switch
        {
            RunPhase.Stopped => "stopped; resume with " + ResumeCommand.Of(path, follower.Settings, follower.Folder),
            RunPhase.Silent => "its process is there but has said nothing for some seconds: it is suspended, or the machine has no time for it",
            _ => null,
        };
        monitor.Follow(follower.Live, follower.Phase, advice);
    }
}
