using Miwv.Data;
using Miwv.Engine.Rows;
using Miwv.Llama;
using Miwv.Llama.Native;
using Miwv.Perf.Models;
using Miwv.Perf.Scale;
using Miwv.Scoring.Passes;

namespace Miwv.Perf.Suite.Measuring;

/// <summary>What the micro benchmarks work on: 4,000 generated rows, a vocabulary of 32,000 ids, and the rows' passes with given neighbours.</summary>
internal static class GeneratedRows
{
    public const int Count = 4_000;

    private static readonly Lazy<string> LazyFile = new(() =>
    {
        string path = Scratch.File("rows.jsonl");
        RowGenerator.Write(path, Count, 1);
        return path;
    });

    private static readonly Lazy<RowFile> LazyRows = new(() => RowFile.Open(LazyFile.Value));

    private static readonly Lazy<LlamaModel> LazyModel = new(() =>
    {
        LlamaLibrary.Load();
        string path = Scratch.File("vocabulary.gguf");
        RandomModel.Create("random weights", ModelShape.Presets["tiny-llama"] with { Vocabulary = 32_000, Context = 2048 }, Llama.Gguf.GgufTensorType.F16, null, 1).Write(path);
        return LlamaModel.Load(path, new ModelOptions(0));
    });

    private static readonly Lazy<PassList> LazyPasses = new(() =>
    {
        var encoder = new PromptEncoder(Vocabulary, PromptTemplate.Load("alpaca"));
        var table = TokenTableBuilder.Build(2 * Count + 2, (text, tokens) =>
        {
            if (text == 2 * Count) tokens.Add(Vocabulary.Bos);
            else if (text == 2 * Count + 1) Vocabulary.Tokenize("\n\n", tokens);
            else if (text % 2 == 0) encoder.Encode(LazyRows.Value.Read(text / 2), tokens);
            else Vocabulary.Tokenize(LazyRows.Value.Read(text / 2).Output, tokens);
        }, Scratch.File("tokens.tmp"), 1, null, CancellationToken.None);
        var passes = new PassList(table);
        var graph = GivenGraph.Of(Count);
        Segment Whole(int text) => new(text, table.Length(text));
        for (int row = 0; row < Count; row++)
        {
            if (table.Length(2 * row + 1) == 0) continue;
            int shown = graph.Neighbors(row)[0];
            Segment bos = Whole(2 * Count), prompt = Whole(2 * row), answer = Whole(2 * row + 1);
            passes.Add(bos, prompt, answer);
            passes.Add(bos, Whole(2 * shown), Whole(2 * shown + 1), Whole(2 * Count + 1), prompt, answer);
        }
        return passes;
    });

    public static string File => LazyFile.Value;
    public static RowFile Rows => LazyRows.Value;
    public static nint VocabularyPointer => LlamaNative.llama_model_get_vocab(LazyModel.Value.Handle);
    public static Vocabulary Vocabulary => LazyModel.Value.Vocabulary;
    public static PassList Passes => LazyPasses.Value;
}
