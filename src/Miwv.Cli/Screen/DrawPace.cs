namespace Miwv.Cli.Screen;

/// <summary>
/// When the screen is drawn: four times a second, less often where that would take more than a 150th of the time, once a second at least. The least counts:
/// a drawing takes longest where the machine has no time for it (and the first ones, compiled as they run), and a screen that stood still for it would seem dead.
/// </summary>
internal sealed class DrawPace
{
    private const int Share = 150;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250), Longest = TimeSpan.FromSeconds(1);

    private TimeSpan pause;
    private (int Width, int Height)? size;

    /// <summary>True if a drawing is due: it is time, or the window has another size than the one drawn for.</summary>
    public bool IsDue(TimeSpan sinceLast, (int Width, int Height) window) => window != size || sinceLast >= pause;

    /// <summary>Told of every drawing, and how long it took.</summary>
    public void Drew(TimeSpan took, (int Width, int Height) window)
    {
        size = window;
        pause = took * Share;
        if (pause < Shortest) pause = Shortest;
        if (pause > Longest) pause = Longest;
    }
}
