using System.Diagnostics;

namespace Miwv.Cli.Tests;

/// <summary>The completion script in a real bash.</summary>
public sealed class CompletionTests
{
    // what readline sets before it calls the function that `complete -F` named
    private const string Driver = """
        source <("$1" completion bash)
        PATH=$(dirname "$1"):$PATH
        COMP_LINE=$2 COMP_POINT=${#2}
        read -ra COMP_WORDS <<<"$COMP_LINE"
        [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        [[ $(complete -p miwv) == 'complete -o bashdefault -o default -F _miwv miwv' ]] || { complete -p miwv; exit 1; }
        _miwv
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    [Theory]
    [InlineData("miwv sel", "select")]
    [InlineData("miwv select --se", "--search --seed --selector")]
    [InlineData("miwv select rows.json --search ", "auto exact hnsw")]
    [InlineData("miwv select rows.json --format sh", "sharegpt")]
    [InlineData("miwv select --selector k", "k-center")]
    [InlineData("miwv plan --metric ifd_p", "ifd_ppl")]
    [InlineData("miwv completion z", "zsh")]
    // no answers: bash goes on with file names, which `-o default` asks for
    [InlineData("miwv select sam", "")]
    [InlineData("miwv select rows.json -m bas", "")]
    public void Bash(string line, string expected) => Assert.Equal(expected, Answers(line));

    [Fact]
    public void EveryCommandIsCompleted()
    {
        string[] answers = Answers("miwv ").Split(' ');
        foreach (string command in new[] { "select", "score", "plan", "top", "metrics", "doctor", "explain", "completion" }) Assert.Contains(command, answers);
    }

    private static string Answers(string line)
    {
        using var bash = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", Driver, "bash", Tmux.Program, line]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string answers = bash.StandardOutput.ReadToEnd(), error = bash.StandardError.ReadToEnd();
        bash.WaitForExit();
        Assert.True(bash.ExitCode == 0 && error.Length == 0, answers + error);
        return string.Join(' ', answers.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
