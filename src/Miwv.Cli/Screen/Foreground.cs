using System.Runtime.InteropServices;

namespace Miwv.Cli.Screen;

/// <summary>Whether the terminal is this process's to draw on: a job started with &amp; is stopped by the system when it touches the keys.</summary>
internal static partial class Foreground
{
    private const int StandardError = 2;

    public static bool IsOurs()
    {
        if (OperatingSystem.IsWindows()) return true;
        int owner = tcgetpgrp(StandardError);
        return owner < 0 || owner == getpgrp();
    }

    [LibraryImport("libc")]
    private static partial int tcgetpgrp(int descriptor);

    [LibraryImport("libc")]
    private static partial int getpgrp();
}
