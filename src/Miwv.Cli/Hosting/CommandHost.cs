using System.CommandLine;
using System.Runtime.InteropServices;
using Miwv.Cli.Terminal;
using Miwv.Data;
using Miwv.Engine;
using Miwv.Llama;

namespace Miwv.Cli.Hosting;

/// <summary>What every command runs in: output options, Ctrl-C, and one line with the right exit code for everything that goes wrong.</summary>
internal sealed class CommandHost
{
    public readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "only results, warnings and errors", Recursive = true };
    public readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "more detail", Recursive = true };
    public readonly Option<bool> NoColor = new("--no-color") { Description = "no colours (NO_COLOR is honoured too)", Recursive = true };
    public readonly Option<string?> LlamaDir = new("--llama-dir") { Description = "directory with llama.cpp v0.5.0 libraries (or MIWV_LLAMA_DIR)", HelpName = "DIR", Recursive = true };

    // its settings are put into the arguments before they are parsed; here it is for --help
    private readonly Option<string?> config = new("--config") { Description = "settings under the flags' names: JSON, YAML lines, or a run's run.json", HelpName = "FILE", Recursive = true };

    /// <summary>The file of --config, whose settings are among the arguments by now.</summary>
    public string? ConfigPath { get; set; }

    public void AddTo(Command root)
    {
        foreach (Option option in new Option[] { Quiet, Verbose, NoColor, LlamaDir, config }) root.Options.Add(option);
    }

    /// <summary>Runs a command body.</summary>
    public int Run(ParseResult parsed, Func<CommandContext, int> body)
    {
        bool quiet = parsed.GetValue(Quiet), verbose = parsed.GetValue(Verbose);
        var messages = new Messages(quiet, verbose);
        if (quiet && verbose)
        {
            messages.Error("--quiet and --verbose: give one of the two");
            return ExitCode.Usage;
        }
        using var stop = new CancellationTokenSource();
        using var interrupt = Listen(PosixSignal.SIGINT, stop);
        using var terminate = Listen(PosixSignal.SIGTERM, stop);
        using var hangup = Listen(PosixSignal.SIGHUP, stop);
        NativeLog.Sink = (isError, line) => messages.Detail("libllama: " + line);
        using var progress = new ProgressLine(messages, live: !quiet && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb");
        try
        {
            return body(new CommandContext(messages, quiet ? null : progress, parsed.GetValue(LlamaDir), ConfigPath, parsed.GetValue(NoColor), stop.Cancel, stop.Token));
        }
        catch (OperationCanceledException)
        {
            messages.Error("stopped; everything computed is kept, repeat the command to go on where it stopped");
            return ExitCode.Interrupted;
        }
        catch (UsageException e)
        {
            messages.Error(e.Message);
            return ExitCode.Usage;
        }
        catch (UserException e)
        {
            messages.Error(e.Message);
            return ExitCode.Failure;
        }
        catch (IOException e) when (!verbose)
        {
            // a full disk, a reader of stdout that went away
            messages.Error(IsStandardOutput(e) ? $"stdout: cannot be written: {IoReason.Of(e, "")}" : e.Message);
            return ExitCode.Failure;
        }
        catch (UnauthorizedAccessException e) when (!verbose && IsStandardOutput(e))
        {
            // .NET's word for EBADF
            messages.Error("stdout: is closed; send it to a file or to /dev/null");
            return ExitCode.Failure;
        }
        catch (UnauthorizedAccessException e) when (!verbose)
        {
            // "Access to the path '/the/path' is denied."
            messages.Error(e.Message.Split('\'') is [_, var path, _] ? $"{path}: {IoReason.Of(e, path)}; change its mode, or name another" : e.Message);
            return ExitCode.Failure;
        }
        catch (ArgumentOutOfRangeException e) when (!verbose && IsFileTooLong(e))
        {
            messages.Error("a file would become longer than the file system or a limit (ulimit -f) allows; everything computed is kept, make room and repeat the command");
            return ExitCode.Failure;
        }
        catch (Exception e) when (!verbose)
        {
            messages.Error($"internal error: {e.GetType().Name}: {e.Message}; -v shows where; please report it");
            return ExitCode.Failure;
        }
    }

    private static bool IsStandardOutput(Exception e) => e.StackTrace?.Contains("ConsoleStream", StringComparison.Ordinal) == true;

    // .NET's words for EFBIG, from whatever write it comes
    private static bool IsFileTooLong(ArgumentOutOfRangeException e) => e.ParamName == "value" && e.StackTrace?.Contains("System.IO.RandomAccess", StringComparison.Ordinal) == true;

    // the first signal ends the run after the current wave, the second ends the process
    private static PosixSignalRegistration Listen(PosixSignal signal, CancellationTokenSource stop) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = !stop.IsCancellationRequested;
        if (stop.IsCancellationRequested) Environment.Exit(ExitCode.Interrupted);
        stop.Cancel();
    });
}
