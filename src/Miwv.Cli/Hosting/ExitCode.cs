namespace Miwv.Cli.Hosting;

internal static class ExitCode
{
    public const int Ok = 0, Failure = 1, Usage = 2, SomeRowsFailed = 3, Interrupted = 130;
}
