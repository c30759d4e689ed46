using System.Globalization;
using System.Text.Json;
using Miwv.Data;
using Miwv.Perf.Models;
using Miwv.Perf.Retrieval;
using Miwv.Perf.Scale;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    switch (args)
    {
        case ["data", var folder, var rows, var dimension]:
            Directory.CreateDirectory(folder);
            int count = int.Parse(rows);
            RowGenerator.Write(Path.Combine(folder, $"rows-{count}.jsonl"), count, 1);
            SyntheticVectors.Write(Path.Combine(folder, $"vectors-{count}.npy"), count, int.Parse(dimension), 1);
            string model = Path.Combine(folder, "vocabulary.gguf");
            if (!File.Exists(model))
                RandomModel.Create("random weights", ModelShape.Presets["tiny-llama"] with { Vocabulary = 32_000, Context = 2048 }, Miwv.Llama.Gguf.GgufTensorType.F16, null, 1).Write(model);
            return 0;
        case ["run", var folder, var rows, "given" or "hnsw" or "exact", var threads, .. var rest]:
            string directory = Path.Combine(folder, $"run-{rows}-{args[3]}");
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
            var run = ScaleRun.Run(Path.Combine(folder, $"rows-{rows}.jsonl"), Path.Combine(folder, "vocabulary.gguf"), Path.Combine(folder, $"vectors-{rows}.npy"), directory, args[3], int.Parse(threads), rest.Contains("--per-token"));
            File.AppendAllText(Path.Combine(folder, "runs.jsonl"), JsonSerializer.Serialize(run) + "\n");
            ScaleTable.Write([run], Console.Out);
            Directory.Delete(directory, recursive: true);
            return 0;
        case ["table", var file]:
            ScaleTable.Write([.. File.ReadLines(file).Select(line => JsonSerializer.Deserialize<ScaleRun>(line)!)], Console.Out);
            return 0;
        default:
            Console.Error.WriteLine("""
                usage: data FOLDER ROWS DIMENSION                                generated rows, vectors and a vocabulary
                       run FOLDER ROWS given|hnsw|exact THREADS [--per-token]    the whole pipeline with a stand-in for the decode; one line more in FOLDER/runs.jsonl
                       table FOLDER/runs.jsonl                                   the runs side by side
                """);
            return 2;
    }
}
catch (UserException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
