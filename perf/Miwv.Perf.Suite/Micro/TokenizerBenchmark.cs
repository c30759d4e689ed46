using System.Text;
using BenchmarkDotNet.Attributes;
using Miwv.Data;
using Miwv.Engine.Rows;
using Miwv.Llama.Native;
using Miwv.Perf.Suite.Measuring;

namespace Miwv.Perf.Suite.Micro;

/// <summary>Rows to prompt tokens, rendering included, against the library's tokenizer on the rendered UTF-8.</summary>
public unsafe class TokenizerBenchmark : MicroBenchmark
{
    private const int Prompts = 60, Times = 4;
    private readonly List<int> tokens = [];
    private readonly int[] ids = new int[4096];
    private PromptEncoder encoder = null!;
    private Row[] rows = [];
    private byte[][] texts = [];
    private long count;

    public override string Name => "tokenizer";
    public override string Against => "llama_tokenize on ready UTF-8";
    public override int Units => Times;

    [GlobalSetup]
    public void Prepare()
    {
        var template = PromptTemplate.Load("alpaca");
        encoder = new PromptEncoder(GeneratedRows.Vocabulary, template);
        rows = [.. Enumerable.Range(0, Prompts).Select(GeneratedRows.Rows.Read)];
        texts = [.. rows.Select(row => Encoding.UTF8.GetBytes(string.Concat(template.Render(row).Select(piece => piece.Text))))];
    }

    protected override void Unit()
    {
        tokens.Clear();
        foreach (var row in rows) encoder.Encode(row, tokens);
    }

    protected override void Fixed()
    {
        nint vocabulary = GeneratedRows.VocabularyPointer;
        for (int i = 0; i < Times; i++)
            foreach (byte[] text in texts)
                fixed (byte* bytes = text)
                fixed (int* to = ids)
                    count += LlamaNative.llama_tokenize(vocabulary, bytes, text.Length, to, ids.Length, 0, 0);
    }
}
