using System.Runtime.ExceptionServices;
using Miwv.Llama;

namespace Miwv.Scoring.Waves;

/// <summary>
/// Several contexts on one model, each with its own resident path, that share the steps of a plan. One context with many threads
/// waits for its slowest thread hundreds of times a wave; contexts of few threads wait for nobody. A step's result does not depend
/// on the context that computes it.
/// </summary>
public sealed class WavePool : IDisposable
{
    private readonly WavePlan plan;
    private readonly List<WaveExecutor> executors = [];
    private readonly Lock gate = new();
    private ExceptionDispatchInfo? failure;

    /// <param name="contexts">Contexts to make; each has <paramref name="options"/>.Threads threads.</param>
    /// <param name="watch">What the run has seen before; null = nothing.</param>
    public WavePool(LlamaModel model, WavePlan plan, ExecutorOptions options, int contexts, FiniteWatch? watch = null)
    {
        watch ??= new FiniteWatch();
        this.plan = plan;
        try
        {
            for (int i = 0; i < contexts; i++) executors.Add(new WaveExecutor(model, plan, options, watch));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Receives a step's result, one at a time; the spans are valid during the call.</summary>
    public delegate void OnResult(int step, in WaveResult result);

    /// <summary>Computes all steps that <paramref name="isDone"/> does not name.</summary>
    public void Run(Func<int, bool> isDone, OnResult onResult, CancellationToken cancel)
    {
        var units = WaveUnits.Of(plan);
        int next = -1;
        var mostRows = new Lazy<int>(plan.MostRows);
        Parallel(executor =>
        {
            bool settled = false;
            for (int unit; (unit = Interlocked.Increment(ref next)) < units.Count;)
                for (int step = units[unit].First; step < units[unit].Last; step++)
                {
                    if (isDone(step)) continue;
                    if (failure is not null || cancel.IsCancellationRequested) return;
                    // The library makes its host buffer anew, 16 bytes a row and vocabulary entry, pinned, whenever a wave has more rows than any
                    // before it: on a card that costs more than many waves, so the largest comes early and for nothing.
                    if (!settled && executor.IsOnDevice)
                    {
                        settled = true;
                        Settle(executor, mostRows.Value);
                    }
                    var result = executor.Run(step);
                    lock (gate)
                    {
                        if (failure is null) onResult(step, result);
                    }
                }
        });
        cancel.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Computes the plan's largest step on all contexts at once and throws the results away: what the library allocates only when
    /// it computes is allocated then, before anything counts on it.
    /// </summary>
    /// <exception cref="DecodeException">The device has no memory for it.</exception>
    public void TryLargest()
    {
        int largest = Enumerable.Range(0, plan.Count).MaxBy(step => plan[step].Tokens);
        Parallel(executor => executor.Try(largest));
    }

    private static void Settle(WaveExecutor executor, int step)
    {
        try
        {
            executor.Try(step);
        }
        catch (DecodeException e) when (e.IsForWantOfMemory)
        {
            // when its turn comes it is computed one pass at a time
        }
    }

    private void Parallel(Action<WaveExecutor> work)
    {
        void Guarded(WaveExecutor executor)
        {
            try
            {
                work(executor);
            }
            catch (Exception e)
            {
                lock (gate) failure ??= ExceptionDispatchInfo.Capture(e);
            }
        }
        var threads = executors.Skip(1).Select(executor => new Thread(() => Guarded(executor)) { IsBackground = true, Name = "wave" }).ToList();
        threads.ForEach(thread => thread.Start());
        Guarded(executors[0]);
        threads.ForEach(thread => thread.Join());
        failure?.Throw();
    }

    /// <summary>Times of all contexts added up.</summary>
    public WaveTimes Times()
    {
        var sum = new WaveTimes();
        foreach (var executor in executors) sum.Add(executor.Times);
        return sum;
    }

    public void Dispose() => executors.ForEach(executor => executor.Dispose());
}
