using System.Diagnostics;

namespace Miwv.EndToEnd.Tests.Support;

/// <summary>The program as a process of its own.</summary>
internal sealed class Miwv : IDisposable
{
    private readonly Process process;
    private readonly Task<string> output, error;

    private Miwv(Process process)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>False if SIGINT is ignored: what a shell starts in the background inherits that, and rightly keeps to it.</summary>
    public static bool HearsInterrupts =>
        (Convert.ToUInt64(File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim(), 16) & 2) == 0;

    public static Miwv Start(string folder, params IEnumerable<string> arguments) => Launch(folder, Checkout.Program, arguments);

    /// <summary>With more in its environment.</summary>
    public static Miwv StartWith(IEnumerable<KeyValuePair<string, string>> environment, string folder, IEnumerable<string> arguments) => Launch(folder, Checkout.Program, arguments, environment);

    /// <summary>Runs to the end with more in its environment.</summary>
    public static Result RunWith(IEnumerable<KeyValuePair<string, string>> environment, string folder, IEnumerable<string> arguments)
    {
        using Miwv miwv = StartWith(environment, folder, arguments);
        return miwv.Wait();
    }

    /// <summary>Runs to the end.</summary>
    public static Result Run(string folder, params IEnumerable<string> arguments)
    {
        using Miwv miwv = Start(folder, arguments);
        return miwv.Wait();
    }

    /// <summary>Runs another program to the end.</summary>
    public static Result Other(string folder, string program, params IEnumerable<string> arguments)
    {
        using Miwv other = Launch(folder, program, arguments);
        return other.Wait();
    }

    /// <summary>Runs a shell line in which $MIWV is the program.</summary>
    public static Result Shell(string folder, string line)
    {
        using Miwv shell = Launch(folder, "/bin/sh", ["-c", line]);
        return shell.Wait();
    }

    private static Miwv Launch(string folder, string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["MIWV"] = Checkout.Program;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // whose sockets stay behind when a process is killed
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;
        return new Miwv(Process.Start(start)!);
    }

    public bool HasExited => process.HasExited;

    public Result Wait()
    {
        if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            process.Kill();
            Assert.Fail($"still running after 3 minutes: {error.Result}");
        }
        process.WaitForExit();
        return new Result(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>A signal by name, as Ctrl-C sends it.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{name} {process.Id}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }

    internal sealed record Result(int Code, string Output, string Error)
    {
        /// <summary>One line on stderr that begins with "miwv: ", nothing on stdout, no stack trace.</summary>
        public string OneLine(int code)
        {
            Assert.True(code == Code, $"exit code {Code}, expected {code}: {Error}");
            Assert.Equal("", Output);
            string line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => !IsNotice(l));
            Assert.StartsWith("miwv: ", line, StringComparison.Ordinal);
            Assert.DoesNotContain("internal error", line, StringComparison.Ordinal);
            Assert.EndsWith("\n", Error, StringComparison.Ordinal);
            return line;
        }

        private static bool IsNotice(string line) => new[] { "data: ", "model: ", "run: ", "neighbours: ", "plan: ", "warning: " }.Any(start => line.StartsWith(start, StringComparison.Ordinal));
    }
}
