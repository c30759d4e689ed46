using System.Collections.Concurrent;

namespace Miwv.Cli.Screen;

/// <summary>Keys, read on a thread of their own that dies with the process; there are none if stdin is no terminal.</summary>
internal sealed class KeyReader
{
    private readonly BlockingCollection<ConsoleKeyInfo> keys = [];

    public KeyReader()
    {
        if (!Console.IsInputRedirected) new Thread(Read) { IsBackground = true, Name = "keys" }.Start();
    }

    /// <summary>Waits for a key at most <paramref name="time"/>.</summary>
    public bool TryTake(out ConsoleKeyInfo key, TimeSpan time) => keys.TryTake(out key, time);

    private void Read()
    {
        try
        {
            while (true) keys.Add(Console.ReadKey(intercept: true));
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // stdin went away: the screen goes on without keys
        }
    }
}
