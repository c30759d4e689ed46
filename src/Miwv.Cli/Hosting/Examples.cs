using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Miwv.Cli.Hosting;

/// <summary>Examples at the end of each command's --help. All run on the sample that is shipped; the tests run them.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string[]> Lines = new()
    {
        [""] =
        [
            "miwv select samples/tasks.json --top 5% -o selected.json",
            "miwv metrics",
        ],
        ["select"] =
        [
            "miwv select samples/tasks.json --top 5% -o selected.json --run runs/tasks",
            "miwv select samples/tasks.json --top 20 --run runs/tasks --format sharegpt -o chat.json --dataset-info dataset_info.json --axolotl axolotl.yaml",
            "miwv select . --dataset chat --top 50% -m samples/tasks-llama.gguf --run runs/chat -o best.json",
            "miwv select axolotl.yaml --top 10 -m samples/tasks-llama.gguf --run runs/axolotl -o best.jsonl",
            "miwv select samples/tasks.json --metric miwv,ifd --gate \"ifd<=1\" --selector cosine-cap -o diverse.json",
            "miwv select --config runs/tasks/run.json --run runs/again -o again.json",
        ],
        ["score"] = ["miwv score samples/tasks.json --run runs/tasks", "miwv score --from runs/tasks --metric miwv,ifd,zero_ppl --run runs/more"],
        ["plan"] = ["miwv plan samples/tasks.json --run runs/tasks", "miwv plan samples/tasks.json --run runs/tasks --write-out 2"],
        ["embed"] = ["miwv embed samples/tasks.json --run runs/tasks -o vectors.npy"],
        ["index"] = ["miwv index samples/tasks.json --run runs/indexed"],
        ["neighbors"] =
        [
            "miwv neighbors samples/tasks.json --run runs/tasks -o neighbors.jsonl",
            "miwv neighbors samples/tasks.json --run runs/tasks --duplicates 0.98",
            "miwv neighbors samples/tasks.json --run runs/tasks --query \"Reverse the order of the words.\" -k 5",
        ],
        ["top"] = ["miwv top runs/tasks --top 10", "miwv top runs/tasks --metric zero_nll --json"],
        ["metrics"] = ["miwv metrics"],
        ["compare"] = ["miwv compare runs/tasks runs/more --top 10%"],
        ["probe"] = ["miwv probe samples/tasks.json --plant 10 --metric miwv,ifd --run runs/probe"],
        ["verify"] = ["miwv verify runs/tasks --sample 20"],
        ["doctor"] = ["miwv doctor"],
        ["explain"] = ["miwv explain runs/tasks t0039"],
        ["view"] = ["miwv view runs/tasks"],
        ["report"] = ["miwv report runs/tasks -o report.html"],
        ["help"] = ["miwv help select"],
        ["completion"] = ["source <(miwv completion bash)", "miwv completion zsh > _miwv", "miwv completion fish > miwv.fish"],
    };

    /// <summary>Ends the help of the program and of every command with its examples.</summary>
    public static void AddTo(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        // the spellings of other systems only fill the completions
        foreach (string alias in (string[])["-?", "/?", "/h"]) help.Aliases.Remove(alias);
        help.Action = new WithExamples((HelpAction)help.Action!);
    }

    private sealed class WithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        // a missing argument is no reason to refuse help
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parsed)
        {
            int code = help.Invoke(parsed);
            var command = parsed.CommandResult.Command;
            var output = parsed.InvocationConfiguration.Output;
            if (!Lines.TryGetValue(command is RootCommand ? "" : command.Name, out string[]? lines)) return code;
            output.WriteLine(lines.Length == 1 ? "Example:" : "Examples:");
            foreach (string line in lines) output.WriteLine("  " + line);
            output.WriteLine();
            return code;
        }
    }
}
