using System.CommandLine;
using System.Text.RegularExpressions;
using Miwv.Cli.Hosting;
using Miwv.Metrics;

namespace Miwv.Cli.Commands;

/// <summary>completion: a script by which a shell completes commands, options and their values; the program itself is asked for them.</summary>
internal static partial class CompletionCommand
{
    // no answer: the shell's own completion of file names
    private const string Bash = """
        # miwv completion for bash: source <(miwv completion bash)
        _miwv() {
          local word=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} answers
          answers=$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)
          COMPREPLY=($(IFS=$'\n' compgen -W "$answers" -- "$word"))
        }
        complete -o default -o bashdefault -F _miwv miwv

        """;

    private const string Zsh = """
        #compdef miwv
        # miwv completion for zsh: miwv completion zsh > a file _miwv in a folder of $fpath
        _miwv() {
          local line=${BUFFER:0:$CURSOR}
          local -a answers
          answers=(${(f)"$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)"})
          answers=(${(M)answers:#${words[CURRENT]}*})
          if (( ${#answers} )); then compadd -- $answers; else _files; fi
        }
        if [ "$funcstack[1]" = _miwv ]; then _miwv "$@"; else compdef _miwv miwv; fi

        """;

    private const string Fish = """
        # miwv completion for fish: miwv completion fish > ~/.config/fish/completions/miwv.fish
        function __miwv_answers
          set -l line (commandline -cp)
          miwv "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c miwv -a '(__miwv_answers)'

        """;

    private static readonly (string Name, string Script)[] Shells = [("bash", Bash), ("zsh", Zsh), ("fish", Fish)];

    public static Command Create(CommandHost host)
    {
        var command = new Command("completion", "Print the script by which a shell completes commands, options and values");
        var shell = new Argument<string>("shell") { Description = string.Join(", ", Shells.Select(s => s.Name)) };
        shell.CompletionSources.Add([.. Shells.Select(s => s.Name)]);
        command.Arguments.Add(shell);
        command.SetAction(parsed => host.Run(parsed, _ =>
        {
            string asked = parsed.GetValue(shell)!;
            string script = Shells.FirstOrDefault(s => s.Name == asked).Script ?? throw new UsageException($"completion {asked}: must be {string.Join(", ", Shells.Select(s => s.Name))}");
            Console.Out.Write(script.ReplaceLineEndings("\n"));
            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>Gives the options with a fixed choice of words their words.</summary>
    public static void AddWords(RootCommand root)
    {
        foreach (var option in root.Subcommands.SelectMany(command => command.Options))
        {
            if (option.HelpName is { } words && Choice().IsMatch(words)) option.CompletionSources.Add(words.Split('|'));
            else if (option.Name == "--metric") option.CompletionSources.Add([.. MetricRegistry.All.Select(metric => metric.Name)]);
            else if (option.Name == "--template") option.CompletionSources.Add("alpaca", "plain", "chatml", "model");
        }
    }

    [GeneratedRegex(@"^[a-z-]+(\|[a-z-]+)+$")]
    private static partial Regex Choice();
}
