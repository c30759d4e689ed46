using System.Runtime.ExceptionServices;

namespace Miwv.Scoring;

/// <summary>The same work on several threads.</summary>
public static class Workers
{
    /// <summary>Calls <paramref name="body"/> with 0..count−1, side by side; the first exception is thrown as it was.</summary>
    public static void Run(int count, Action<int> body)
    {
        if (count <= 1)
        {
            if (count == 1) body(0);
            return;
        }
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = count }, body);
        }
        catch (AggregateException e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
        }
    }
}
