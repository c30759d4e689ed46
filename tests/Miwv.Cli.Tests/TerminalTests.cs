using Miwv.Cli.Hosting;

namespace Miwv.Cli.Tests;

/// <summary>The program in a real terminal, driven by keys. Where tmux is missing only the first case exists, and says so by its name.</summary>
public sealed class TerminalTests
{
    internal static string Samples { get; } = FindSamples();

    public static TheoryData<string> Cases => Tmux.IsInstalled
        ? [nameof(NoTerminal), nameof(PauseResizeOpenQuitResume), nameof(KilledByTerm), nameof(Background), nameof(CtrlC), nameof(NoColor), nameof(DumbTerminal), nameof(View), nameof(ViewOfARunningRun), nameof(ViewOfChangedRows), nameof(TuiOff)]
        : [nameof(NoTerminal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void In_a_terminal(string name)
    {
        string folder = Directory.CreateTempSubdirectory("miwv-tmux-").FullName;
        try
        {
            typeof(TerminalTests).GetMethod(name, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.CreateDelegate<Action<string>>()(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void NoTerminal(string folder)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Tmux.Program, ["select", Samples, "--limit", "40", "--run", folder + "/run"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.DoesNotContain('\e', output + error.Result);
        Assert.Contains("selected  2 rows", output, StringComparison.Ordinal);
    }

    private static void PauseResizeOpenQuitResume(string folder)
    {
        using var tmux = new Tmux(80, 24);
        tmux.Line(Select(folder, 1800) + "; echo code $?");
        tmux.Wait(screen => screen.Contains("     3 ", StringComparison.Ordinal) && screen.Contains("score ", StringComparison.Ordinal), "third row of the list");
        tmux.Keys("p");
        tmux.Wait("PAUSED");
        Thread.Sleep(400);
        long size = new FileInfo(folder + "/run/passes.journal").Length;
        Thread.Sleep(400);
        Assert.Equal(size, new FileInfo(folder + "/run/passes.journal").Length);

        tmux.Resize(120, 45);
        tmux.Wait(screen => screen.Split('\n').Any(line => line.StartsWith(" read ", StringComparison.Ordinal)) && screen.Split('\n').Any(line => line.Length > 100), "screen of the new size");
        tmux.Keys("Down", "Enter");
        tmux.Wait("neighbour t");
        tmux.Wait("loss with the example");
        tmux.Keys("Escape");
        tmux.Wait("cosine  id");
        tmux.Keys("?");
        tmux.Wait("pause and go on");
        tmux.Keys("?");
        tmux.Keys("q");
        string left = tmux.Wait("stopped; everything computed is kept");
        tmux.Wait("code 130");
        Restored(tmux);
        Assert.DoesNotContain("internal error", left, StringComparison.Ordinal);

        tmux.Line("clear; " + Select(folder, 1800) + " --resume; echo resumed $?");
        tmux.Wait("resumed 0");
        tmux.Line("clear; " + Select(folder, 1800).Replace(folder + "/run", folder + "/whole", StringComparison.Ordinal) + " --tui off; echo whole $?");
        tmux.Wait("whole 0");
        Assert.Equal(File.ReadAllBytes(folder + "/whole/scores.jsonl"), File.ReadAllBytes(folder + "/run/scores.jsonl"));
    }

    private static void KilledByTerm(string folder)
    {
        using var tmux = new Tmux(80, 24);
        tmux.Line($"sh -c 'echo $$ > {folder}/pid; exec {Select(folder, 1800)}'; echo code $?");
        tmux.Wait("q stop and keep");
        using (var kill = System.Diagnostics.Process.Start("kill", ["-TERM", File.ReadAllText(folder + "/pid").Trim()])) kill.WaitForExit();
        tmux.Wait("code 130");
        Restored(tmux);
    }

    private static void Background(string folder)
    {
        using var tmux = new Tmux(80, 24);
        tmux.Line(Select(folder, 40) + " & wait");
        tmux.Wait("selected  2 rows");
        Assert.False(tmux.IsFullScreen);
    }

    private static void CtrlC(string folder)
    {
        using var tmux = new Tmux(80, 24);
        tmux.Line(Select(folder, 1800) + "; echo code $?");
        tmux.Wait("q stop and keep");
        tmux.Keys("C-c");
        tmux.Wait("stopped; everything computed is kept");
        tmux.Wait("code 130");
        Restored(tmux);
    }

    private static void NoColor(string folder)
    {
        using var tmux = new Tmux(80, 24, "export NO_COLOR=1;");
        tmux.Line(Select(folder, 1800));
        tmux.Wait("     3 ");
        Assert.DoesNotMatch("\e\\[[0-9;]*(3|4|9)[0-7;8]", tmux.Screen(colors: true).Replace("[39m", "", StringComparison.Ordinal).Replace("[49m", "", StringComparison.Ordinal));
        tmux.Keys("q");
        tmux.Wait("stopped");
    }

    private static void DumbTerminal(string folder)
    {
        using var tmux = new Tmux(80, 24, "export TERM=dumb;");
        tmux.Line("export TERM=dumb; clear; " + Select(folder, 40));
        tmux.Wait("selected  2 rows");
        Assert.False(tmux.IsFullScreen);
        Assert.Contains("plan: ", tmux.Screen(), StringComparison.Ordinal);
    }

    private static void TuiOff(string folder)
    {
        using var tmux = new Tmux(80, 24);
        tmux.Line(Select(folder, 500) + " --tui off");
        tmux.Wait("score  ");
        Assert.False(tmux.IsFullScreen);
        tmux.Wait("selected  25 rows");
    }

    private static void ViewOfChangedRows(string folder)
    {
        using var tmux = new Tmux(100, 30);
        tmux.Line($"cp {Samples} {folder}/rows.json; {Tmux.Program} score {folder}/rows.json --limit 40 -q -m {Path.ChangeExtension(Samples, null)}-llama.gguf --run {folder}/run >{folder}/out; echo code $?");
        tmux.Wait("code 0");
        tmux.Line($"clear; {Tmux.Program} view {folder}/run; echo left $?");
        tmux.Wait("finished");
        File.WriteAllText(folder + "/rows.json", "[]");
        tmux.Keys("Down");
        string screen = tmux.Wait("left 1");
        Assert.Contains("the file was changed while it was in use", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", screen, StringComparison.Ordinal);
        Restored(tmux);
    }

    private static void View(string folder)
    {
        using var tmux = new Tmux(100, 30);
        tmux.Line(Select(folder, 40) + " --tui off");
        tmux.Wait("selected  2 rows");
        tmux.Line($"{Tmux.Program} view {folder}/run");
        tmux.Wait("finished");
        Assert.True(tmux.IsFullScreen);
        tmux.Keys("/", "items", "Enter");
        tmux.Wait("/items: ");
        tmux.Keys("s");
        tmux.Wait("↓zero");
        tmux.Keys("Enter");
        tmux.Wait("loss with the example");
        tmux.Keys("q");
        tmux.Wait(screen => screen.Contains("READY", StringComparison.Ordinal), "prompt");
        Restored(tmux);
    }

    private static void ViewOfARunningRun(string folder)
    {
        using var run = new Tmux(80, 24);
        using var view = new Tmux(80, 24);
        run.Line($"sh -c 'echo $$ > {folder}/pid; exec {Select(folder, 1800)} --tui off'; echo code $?");
        view.Line($"until [ -f {folder}/run/run.json ]; do sleep 0.1; done; {Tmux.Program} view {folder}/run; echo left $?");
        view.Wait(screen => screen.Contains("running", StringComparison.Ordinal) && screen.Contains("     3 ", StringComparison.Ordinal), "rows of the running run");
        string screen = view.Wait("tokens/s computed");
        Assert.Contains("q leave", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("p pause", screen, StringComparison.Ordinal);

        using (var kill = System.Diagnostics.Process.Start("kill", ["-KILL", File.ReadAllText(folder + "/pid").Trim()])) kill.WaitForExit();
        view.Wait("STOPPED");
        view.Wait("stopped; resume with");
        view.Keys("Enter");
        view.Wait("neighbour t");
        view.Keys("Escape");

        run.Line("clear; " + Select(folder, 1800) + " --tui off --resume; echo code $?");
        view.Wait("running");
        run.Wait("code 0");
        view.Wait("finished");
        view.Keys("q");
        view.Wait("left 0");
        Restored(view);
        Assert.Equal(["embeddings.json", "embeddings.miwv", "neighbors.bin", "neighbors.json", "passes.journal", "run.json", "run.lock", "scores.jsonl", "summary.json"], Directory.GetFiles(folder + "/run").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static void Restored(Tmux tmux)
    {
        Assert.False(tmux.IsFullScreen);
        Assert.True(tmux.HasCursor);
        tmux.Line("echo typed-and-seen");
        tmux.Wait("typed-and-seen\n");
    }

    // the long one has to last until keys were pressed, on a fast machine too
    private static string Select(string folder, int rows) => $"{Tmux.Program} select {Samples} --limit {rows} --run {folder}/run{(rows == 1800 ? " -t 1 --metric miwv,miwv_k=3" : "")}";

    private static string FindSamples()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "samples", "tasks.json"))) return Path.Combine(at.FullName, "samples", "tasks.json");
        throw new DirectoryNotFoundException("samples/tasks.json");
    }
}
