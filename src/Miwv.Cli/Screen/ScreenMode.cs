namespace Miwv.Cli.Screen;

internal enum ScreenMode
{
    List,
    Row,
    Help,
}
