using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Miwv.Data;

namespace Miwv.Cli.Hosting;

/// <summary>What is wrong with a command line that does not parse, in one line that names the word and the nearest known one.</summary>
internal static class CommandLineError
{
    public static string Line(ParseResult parsed, RootCommand root)
    {
        var command = parsed.CommandResult.Command;
        string help = $" (miwv {(command is RootCommand ? "" : command.Name + " ")}--help lists {(command is RootCommand ? "the commands" : "the options")})";
        if (parsed.UnmatchedTokens is [var word, ..])
        {
            if (word.StartsWith('-') && word.Length > 1)
            {
                string name = word.Split('=')[0];
                return $"{name}: {(command is RootCommand ? "miwv" : command.Name)} has no such option{Spelling.Hint(name, Names(command, root))}{help}";
            }
            return command is RootCommand ? $"{word}: no such command{Spelling.Hint(word, root.Subcommands.Select(c => c.Name))}{help}"
                : $"{word}: one argument too many for {command.Name}{help}";
        }
        var error = parsed.Errors[0];
        return error.SymbolResult switch
        {
            OptionResult { Tokens: [var token] } option when Kind(option.Option.ValueType) is { } kind => $"{option.IdentifierToken?.Value ?? option.Option.Name} {token.Value}: is not {kind}{help}",
            OptionResult option when option.Tokens.Count == 0 => $"{option.IdentifierToken?.Value ?? option.Option.Name}: its value is missing, {option.Option.HelpName ?? "VALUE"}{help}",
            OptionResult { Tokens: [var first, var second, ..] } option when option.Option.Arity.MaximumNumberOfValues == 1 =>
                $"{option.IdentifierToken?.Value ?? option.Option.Name}: is there twice ({first.Value}, {second.Value}); give it once{help}",
            ArgumentResult argument => $"{command.Name}: <{argument.Argument.Name}> is missing, {argument.Argument.Description}{help}",
            CommandResult when command is RootCommand => $"no command: name one, such as `miwv select data.json`{help}",
            CommandResult when command.Arguments.FirstOrDefault(a => a.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(a) is null or { Tokens.Count: 0 }) is { } missing =>
                $"{command.Name}: <{missing.Name}> is missing, {missing.Description}{help}",
            _ => error.Message.TrimEnd('.') + help,
        };
    }

    /// <summary>The line about a value that is empty, as of a shell variable that is not set; null if there is none.</summary>
    public static string? OfEmptyValue(ParseResult parsed) => Given(parsed.CommandResult).FirstOrDefault(symbol => symbol.Tokens.Any(token => token.Value.Length == 0)) switch
    {
        OptionResult option => $"{option.IdentifierToken?.Value ?? option.Option.Name}: its value is empty",
        ArgumentResult argument => $"{parsed.CommandResult.Command.Name}: <{argument.Argument.Name}> is empty",
        _ => null,
    };

    /// <summary>The line about a number with a comma, which would be read without it (0,3 as 3); null if there is none.</summary>
    public static string? OfNumber(ParseResult parsed)
    {
        foreach (var option in Given(parsed.CommandResult).OfType<OptionResult>().Where(option => Kind(option.Option.ValueType) == "a number"))
            foreach (var token in option.Tokens)
                if (!double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                    return $"{option.IdentifierToken?.Value ?? option.Option.Name} {token.Value}: is not a number{(token.Value.Contains(',', StringComparison.Ordinal) ? "; write decimals with a point, such as 0.3, and thousands without a sign" : "")}";
        return null;
    }

    private static IEnumerable<SymbolResult> Given(CommandResult command) =>
        command.Children.Where(child => child is not CommandResult).Concat(command.Parent is CommandResult parent ? Given(parent) : []);

    /// <summary>What a value of an option has to be, null for any text.</summary>
    public static string? Kind(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(int) || type == typeof(long) ? "a whole number" : type == typeof(double) ? "a number" : type == typeof(bool) ? "true or false" : null;
    }

    private static IEnumerable<string> Names(Command command, RootCommand root) =>
        command.Options.Concat(root.Options.Where(option => option.Recursive)).SelectMany(option => option.Aliases.Append(option.Name)).Where(name => name.StartsWith('-'));
}
