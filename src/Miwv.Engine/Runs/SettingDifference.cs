using Miwv.Data;

namespace Miwv.Engine.Runs;

/// <summary>A setting that differs between two runs; in the words of the command line, for who reads it typed a flag and not a name of run.json.</summary>
/// <param name="Name">Its name in a run's identity.</param>
/// <param name="Was">Null = it was not set.</param>
/// <param name="Is">Null = it is not set.</param>
public sealed record SettingDifference(string Name, string? Was, string? Is)
{
    private const int Longest = 48;

    public override string ToString() => Name switch
    {
        "data" => "data: the content of the file is another",
        "model" => "-m: the content of the model is another",
        "embeddings" => Embeddings(),
        "template" => $"--template: was {Template(Was)}, is {(Template(Was) == Template(Is) ? "another" : Template(Is))}",
        "demonstrations" or "cascade" when Was is not null && Is is not null => $"--{Name}: the content of the file is another",
        "demonstrations" or "cascade" => Was is null ? $"--{Name}: was not given, is given" : $"--{Name}: was given, is not",
        "cascade_keep" => $"--cascade keeps: was {Value(Was)}, is {Value(Is)}",
        _ when Name.StartsWith("judge ", StringComparison.Ordinal) => $"--judges: {Name} is another",
        _ => $"{Flag}: was {Value(Was)}, is {Value(Is)}",
    };

    private string Flag => Name switch
    {
        "window" => "-c", "wave_tokens" => "-ub", "gpu_layers" => "-ngl", "flash_attention" => "-fa", "metrics" => "--metric",
        _ => "--" + Name.Replace('_', '-'),
    };

    private string Value(string? value) => value switch
    {
        null when Name == "metrics" => "miwv",
        null or "all" or "False" => "not given",
        "True" => "given",
        _ => Short(Name is "ids" or "flash_attention" or "turns" ? value.ToLowerInvariant() : Name == "search" ? char.ToLowerInvariant(value[0]) + value[1..] : value),
    };

    private static string Template(string? text) => text is null ? "not given" : text == "the model's own" ? "model"
        : PromptTemplate.BuiltIn.FirstOrDefault(template => template.SourceText == text)?.Name ?? "a file";

    // the value tells source, content and number type at once
    private string Embeddings()
    {
        bool wasHalf = IsHalf(Was), isHalf = IsHalf(Is);
        string was = Source(Was), now = Source(Is);
        if (was != now) return $"embeddings: were of {was}, are of {now}";
        return wasHalf == isHalf ? $"embeddings: {now} is another than before" : $"--store: was {(wasHalf ? "f16" : "f32")}, is {(isHalf ? "f16" : "f32")}";
    }

    private static bool IsHalf(string? value) => value?.EndsWith(", f16", StringComparison.Ordinal) == true;

    private static string Source(string? value) => value is null ? "nothing" : value.StartsWith("scoring model ", StringComparison.Ordinal) ? "the scoring model"
        : value.StartsWith("npy ", StringComparison.Ordinal) ? "the file of --embeddings" : "the model of -e";

    private static string Short(string value)
    {
        string line = value.ReplaceLineEndings("\\n");
        return line.Length <= Longest ? line : line[..(Longest - 3)] + "...";
    }
}
