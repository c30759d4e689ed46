using Miwv.Data;
using Miwv.Engine.Rows;
using Miwv.Engine.Tests.Oracle;
using Miwv.Engine.Tests.Support;
using Miwv.Llama;
using Miwv.Llama.Gguf;
using Miwv.Perf.Models;

namespace Miwv.Engine.Tests.Rows;

/// <summary>Every template through a whole run: the losses must be those of the tokens written down here.</summary>
public sealed class TemplateTests : IDisposable
{
    private const string ChatMl = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}";
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static readonly object[] Rows =
    [
        new { instruction = "say <s> one", input = "", output = "one </s>" }, // data is never a control token
        new { instruction = "say two", input = "of these", output = "two" },
        new { instruction = "", input = "only input", output = "three" },
    ];

    private void Check(string template, Func<Vocabulary, Row, int[]> encode, string? model = null)
    {
        var settings = new RunSettings
        {
            DataPath = folder.Rows("rows.json", Rows), ModelPath = model ?? folder.Model(), VectorsPath = folder.Vectors("v.npy", [[1, 0], [0.9f, 0.1f], [0.1f, 0.9f]]),
            Template = template, Threads = 1, Exact = true,
        };
        Scores scores = folder.Score(settings);
        Assert.All(scores.Lines, l => Assert.Equal("ok", l.Status));
        Assert.InRange(PlainOracle.Compare(settings, scores, encode).Max, 0, 1e-5);
    }

    [Fact]
    public void Alpaca() => Check("alpaca", static (v, row) => PlainLoop.RowTokens.Of(row, v).Prompt);

    [Fact]
    public void Plain() => Check("plain", static (v, row) => v.Tokenize(row.Input.Length == 0 ? $"{row.Instruction}\n" : $"{row.Instruction}\n{row.Input}\n"));

    [Fact]
    public void ChatMlByName() => Check("chatml", static (v, row) => ChatMlTokens(v, row, "<|im_end|>\n", "<|im_start|>assistant\n"));

    [Fact]
    public void TheModelsOwn()
    {
        GgufWriter writer = RandomModel.Create("tiny", ModelShape.Presets["tiny-llama-5k"], GgufTensorType.F32, null, 1).Add("tokenizer.chat_template", ChatMl);
        File.WriteAllBytes(folder["chat.gguf"], writer.ToArray());
        Check("model", ModelTokens, folder["chat.gguf"]);
    }

    /// <summary>One that once ended the process: its messages were listed on the stack.</summary>
    [Fact]
    public void AConversationOfAMillionMessagesIsRendered()
    {
        GgufWriter writer = RandomModel.Create("tiny", ModelShape.Presets["tiny-llama-5k"], GgufTensorType.F32, null, 1).Add("tokenizer.chat_template", ChatMl);
        File.WriteAllBytes(folder["chat.gguf"], writer.ToArray());
        const int turns = 500_000;
        string talk = string.Join(',', Enumerable.Repeat("""{"role":"user","content":"a"},{"role":"assistant","content":"b"}""", turns));
        File.WriteAllText(folder["talk.jsonl"], $$"""{"messages":[{{talk}}]}""");
        using RowFile rows = RowFile.Open(folder["talk.jsonl"], new RowFileOptions(), null, default);
        using LlamaModel model = LlamaModel.Load(folder["chat.gguf"], new ModelOptions(0));
        var pieces = ChatTemplate.Of(model).Render(rows.Read(0));
        Assert.Equal(turns - 1, pieces.Count(piece => piece.IsAnswer));
        Assert.Equal("<|im_end|>\n<|im_start|>assistant\n", pieces[^1].Text);
    }

    [Fact]
    public void AModelWithoutOneIsRefused() =>
        Assert.Contains("no chat template", Assert.Throws<UserException>(() => Check("model", ModelTokens)).Message, StringComparison.Ordinal);

    [Fact]
    public void ATemplateTheLibraryDoesNotKnowIsRefused()
    {
        GgufWriter writer = RandomModel.Create("tiny", ModelShape.Presets["tiny-llama-5k"], GgufTensorType.F32, null, 1).Add("tokenizer.chat_template", "{{ who_knows }}");
        File.WriteAllBytes(folder["chat.gguf"], writer.ToArray());
        Assert.Contains("does not know", Assert.Throws<UserException>(() => Check("model", ModelTokens, folder["chat.gguf"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileOfPlainWordsIsOneText()
    {
        File.WriteAllText(folder["words.txt"], "Q: {instruction} ({input})\nA:\n--- no input ---\nQ: {instruction}\nA:\n");
        Check(folder["words.txt"], static (v, row) => v.Tokenize(row.Input.Length == 0 ? $"Q: {row.Instruction}\nA:" : $"Q: {row.Instruction} ({row.Input})\nA:"));
    }

    [Fact]
    public void AFileWithControlTokensWritesTheBosItself()
    {
        File.WriteAllText(folder["control.txt"], "<s>[{instruction}|{input}]</s>\n--- no input ---\n<s>[{instruction}]</s>\n");
        Check(folder["control.txt"], static (v, row) => row.Input.Length == 0
            ? [.. v.Tokenize("[", parseSpecial: true), .. v.Tokenize(row.Instruction), .. v.Tokenize("]</s>", parseSpecial: true)]
            : [.. v.Tokenize("<s>[", parseSpecial: true)[1..], .. v.Tokenize(row.Instruction), .. v.Tokenize("|", parseSpecial: true), .. v.Tokenize(row.Input), .. v.Tokenize("]</s>", parseSpecial: true)]);
    }

    // what stands between two texts is one piece of the model's own template
    private static int[] ModelTokens(Vocabulary v, Row row) => ChatMlTokens(v, row, "<|im_end|>\n<|im_start|>assistant\n");

    private static int[] ChatMlTokens(Vocabulary v, Row row, params string[] closing) =>
    [
        .. v.Tokenize("<|im_start|>user\n", parseSpecial: true),
        .. v.Tokenize(row.Input.Length == 0 ? row.Instruction : $"{row.Instruction}\n{row.Input}"),
        .. closing.SelectMany(piece => v.Tokenize(piece, parseSpecial: true)),
    ];
}
