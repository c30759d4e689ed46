using Spectre.Console;

namespace Miwv.Cli.Terminal;

/// <summary>The colours. Blue and orange are told apart by everybody; nothing is said by colour alone.</summary>
internal static class Palette
{
    public static readonly Style Title = new(decoration: Decoration.Bold), Dim = new(Color.Grey), Chosen = new(decoration: Decoration.Invert), Good = new(Color.Green),
        Warning = new(Color.Yellow), Bad = new(Color.Red), Bar = new(Color.DodgerBlue1), Hurts = new(Color.DarkOrange), Helps = new(Color.DodgerBlue1), Key = new(Color.Aqua);

    private static readonly Style[] Rises = [new(Color.Black, Color.NavajoWhite1), new(Color.Black, Color.SandyBrown), new(Color.Black, Color.DarkOrange), new(Color.White, Color.OrangeRed1, Decoration.Bold)];
    private static readonly Style[] Falls = [new(Color.Black, Color.LightSkyBlue1), new(Color.Black, Color.SkyBlue1), new(Color.White, Color.DodgerBlue2), new(Color.White, Color.Blue3, Decoration.Bold)];

    /// <summary>Orange the more the example raised a token's loss, blue the more it lowered it, nothing within 0.1 nats.</summary>
    public static Style Change(double rise) => Math.Abs(rise) < 0.1 || double.IsNaN(rise) ? Style.Plain
        : (rise > 0 ? Rises : Falls)[Math.Abs(rise) switch { < 0.5 => 0, < 1.5 => 1, < 4 => 2, _ => 3 }];
}
