using System.Diagnostics;
using Miwv.Data;
using Miwv.Llama.Gguf;

namespace Miwv.Perf.Models;

/// <summary>Command line of the model generator.</summary>
internal static class Program
{
    private const string Usage =
        """
        usage: Miwv.Perf.Models SHAPE -o FILE [--type f32|f16|q8_0] [--vocab-from FILE | --vocab N] [--context N] [--seed N]
        Writes a GGUF of the shape with random weights. Without --vocab-from the tokenizer is made up.
        """;

    private static int Main(string[] args)
    {
        try
        {
            if (args.Length == 0 || args.Contains("-h") || args.Contains("--help"))
            {
                Console.Error.WriteLine(Usage);
                Console.Error.WriteLine($"shapes: {string.Join(", ", ModelShape.Presets.Keys)}");
                return args.Length == 0 ? 2 : 0;
            }
            Run(args);
            return 0;
        }
        catch (UserException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"cannot write the model: {e.Message}");
            return 1;
        }
    }

    private static void Run(string[] args)
    {
        if (!ModelShape.Presets.TryGetValue(args[0], out ModelShape? shape))
            throw new UserException($"unknown shape {args[0]}: one of {string.Join(", ", ModelShape.Presets.Keys)}");
        (string? output, GgufFile? vocabulary) = (null, null);
        (GgufTensorType type, uint seed) = (GgufTensorType.F16, 1);
        for (int i = 1; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
                throw new UserException($"{args[i]} needs a value");
            string value = args[i + 1];
            switch (args[i])
            {
                case "-o" or "--output": output = value; break;
                case "--type": type = ParseType(value); break;
                case "--vocab-from": vocabulary = OpenVocabulary(value); break;
                case "--vocab": shape = shape with { Vocabulary = ParseNumber(args[i], value, SyntheticVocabulary.MinimumSize) }; break;
                case "--context": shape = shape with { Context = ParseNumber(args[i], value, 1) }; break;
                case "--seed": seed = (uint)ParseNumber(args[i], value, 0); break;
                default: throw new UserException($"unknown option {args[i]}: see --help");
            }
        }
        if (output is null)
            throw new UserException("no output: name the file to write with -o");
        long start = Stopwatch.GetTimestamp();
        long bytes = RandomModel.Create($"random weights, {args[0]}", shape, type, vocabulary, seed).Write(output);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        GgufFile file = GgufFile.Open(output);
        file.RequireScoringModel();
        Console.WriteLine($"{output}: {file.Architecture}, {file.ParameterCount / 1e6:F1} M parameters ({file.BodyParameterCount / 1e6:F1} M in the body), "
            + $"{file.VocabularySize} tokens, {type}, {bytes / 1e6:F1} MB in {time.TotalSeconds:F1} s ({bytes / 1e6 / time.TotalSeconds:F0} MB/s)");
    }

    private static GgufFile OpenVocabulary(string path)
    {
        GgufFile file = GgufFile.Open(path);
        return file.HasTokenizer ? file : throw new UserException($"{path}: has no tokenizer to copy: name another with --vocab-from");
    }

    private static GgufTensorType ParseType(string text) => text switch
    {
        "f32" => GgufTensorType.F32,
        "f16" => GgufTensorType.F16,
        "q8_0" => GgufTensorType.Q8_0,
        _ => throw new UserException($"--type {text}: one of f32, f16, q8_0"),
    };

    private static int ParseNumber(string option, string text, int least) =>
        int.TryParse(text, out int number) && number >= least
            ? number
            : throw new UserException($"{option} {text}: a whole number of at least {least}");
}
