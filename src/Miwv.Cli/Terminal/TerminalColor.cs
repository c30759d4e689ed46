using Spectre.Console;

namespace Miwv.Cli.Terminal;

/// <summary>Whether and how a stream is coloured: not if it is no terminal, TERM is dumb, NO_COLOR is set and not empty, or --no-color is given.</summary>
internal static class TerminalColor
{
    public static bool IsDumb => Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";

    public static bool IsWanted(bool noColor) => !noColor && !IsDumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>A Spectre console that writes into <paramref name="output"/>.</summary>
    public static IAnsiConsole Console(TextWriter output, bool color, int width, bool? ansi = null) => Console(output, color ? System() : ColorSystemSupport.NoColors, width, ansi ?? color);

    /// <summary>A Spectre console with everything given.</summary>
    public static IAnsiConsole Console(TextWriter output, ColorSystemSupport colors, int width, bool ansi)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = ansi ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width;
        return console;
    }

    private static ColorSystemSupport System() =>
        Environment.GetEnvironmentVariable("COLORTERM") is "truecolor" or "24bit" ? ColorSystemSupport.TrueColor
        : (Environment.GetEnvironmentVariable("TERM") ?? "").Contains("256", StringComparison.Ordinal) ? ColorSystemSupport.EightBit : ColorSystemSupport.Standard;
}
