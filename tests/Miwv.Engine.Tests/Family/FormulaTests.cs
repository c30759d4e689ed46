using System.Text.Json;
using Miwv.Data;
using Miwv.Engine.Tests.Oracle;
using Miwv.Engine.Tests.Support;
using Miwv.Llama;
using Miwv.Metrics;
using Miwv.PlainLoop;

namespace Miwv.Engine.Tests.Family;

/// <summary>
/// Every metric through a whole run against its formula written down a second time, over fp64 softmax of the sample model's own logits.
/// Six rows, so that every row's probes, anchors and neighbours are all the others.
/// </summary>
public sealed class FormulaTests : IDisposable
{
    private const string Metrics = "miwv,miwv_k=5,zero_nll,one_nll,zero_ppl,one_ppl,ifd,ifd_ppl,ifd_header,icl_ifd,rifd,s_ifd=50,wici=5,wici_repo=5,codec,nuggets=6,ica=1,recost=3,recost_gain=3,grape,min_k=40,upd,hes=40,norm_loss,"
        + "selectit=2,deita_complexity,deita_quality,deita,alpagasus,alpagasus_help,answer_tokens,prompt_tokens,mtld,knn_distance=2";

    private static readonly (string Instruction, string Input, string Output)[] Texts =
    [
        ("Reverse the list.", "red, blue, green", "green, blue, red"),
        ("Reverse the list.", "red, blue, green", "red red red"), // the same prompt
        ("Count the words in the sentence below.", "The cat sat on the mat.", "There are six words."),
        ("Write the opposite of the word that is given.", "hot", "The opposite of hot is cold."),
        ("Put the words in the order of the alphabet.", "pear, apple, fig", "apple, fig, pear"),
        ("Say what comes after the number seven.", "", "eight"),
    ];

    private static readonly float[][] Vectors = [[1, 0, 0], [0.9f, 0.3f, 0.1f], [0.5f, 0.7f, 0.2f], [0.2f, 0.9f, 0.4f], [0.1f, 0.4f, 0.9f], [0.6f, 0.1f, 0.8f]];

    private readonly RunFolder folder = new();
    private readonly LlamaModel model;
    private readonly SoftmaxOracle oracle;
    private readonly JsonElement[] lines;
    private readonly RowTokens[] rows;

    public FormulaTests()
    {
        var settings = new RunSettings
        {
            DataPath = folder.Rows("rows.json", Texts.Select(t => (object)new { instruction = t.Instruction, input = t.Input, output = t.Output })),
            ModelPath = Repository.Sample("tasks-llama.gguf"), VectorsPath = folder.Vectors("v.npy", Vectors), Threads = 1, Exact = true, WaveTokens = 128, Metrics = Metrics,
        };
        Scores scores = folder.Score(settings);
        lines = [.. File.ReadLines(Path.Combine(scores.Directory, "scores.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        LlamaLibrary.Load();
        model = LlamaModel.Load(settings.ModelPath, new ModelOptions(0));
        oracle = new SoftmaxOracle(model);
        using RowFile file = RowFile.Open(settings.DataPath);
        rows = [.. Enumerable.Range(0, Texts.Length).Select(i => RowTokens.Of(file.Read(i), model.Vocabulary))];
    }

    public void Dispose()
    {
        oracle.Dispose();
        model.Dispose();
        folder.Dispose();
    }

    private static double Cosine(int a, int b)
    {
        double Dot(int x, int y) => Vectors[x].Zip(Vectors[y], (p, q) => (double)p * q).Sum();
        return Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
    }

    // Others of a row, nearest first.
    private static int[] Others(int row) => [.. Enumerable.Range(0, Texts.Length).Where(other => other != row).OrderByDescending(other => Cosine(row, other))];

    private static string Text(int row) => Texts[row].Input.Length == 0 ? Texts[row].Instruction : $"{Texts[row].Instruction}\n{Texts[row].Input}";

    private int[] T(string text) => model.Vocabulary.Tokenize(text);

    private (double Nll, double Entropy)[] Zero(int row) => oracle.Tokens([.. oracle.Bos, .. rows[row].Prompt], rows[row].Answer);

    private double L(int row) => Zero(row).Average(token => token.Nll);

    private double Shown(int demonstration, int row, string separator = "\n\n") =>
        oracle.Loss([.. oracle.Bos, .. rows[demonstration].Prompt, .. rows[demonstration].Answer, .. separator.Length == 0 ? [] : T(separator), .. rows[row].Prompt], rows[row].Answer);

    private double Direct(int row) => oracle.Loss([model.Vocabulary.Bos], rows[row].Answer);

    private void Check(string field, Func<int, double> expected)
    {
        for (int row = 0; row < Texts.Length; row++)
        {
            double value = expected(row);
            if (double.IsNaN(value)) Assert.Equal(JsonValueKind.Null, lines[row].GetProperty(field).ValueKind);
            else Assert.InRange(lines[row].GetProperty(field).GetDouble(), value - 1e-4 * Math.Max(1, Math.Abs(value)), value + 1e-4 * Math.Max(1, Math.Abs(value)));
        }
    }

    [Fact]
    public void EveryMetricIsInTheRun() =>
        Assert.Equal(MetricRegistry.All.Select(info => info.Name).Order(), Metrics.Split(',').Select(name => name.Split('=')[0]).Order());

    [Fact]
    public void Losses()
    {
        Check("zero_nll", L);
        Check("one_nll", row => Shown(Others(row)[0], row));
        Check("zero_ppl", row => Math.Exp(L(row)));
        Check("one_ppl", row => Math.Exp(Shown(Others(row)[0], row)));
        Check("norm_loss", row => L(row) / Math.Log(2));
        Check("miwv", row => Shown(Others(row)[0], row) - L(row));
        double[] Over(int row) => [.. Others(row).Select(other => Shown(other, row) - L(row))];
        Check("miwv_k5", row => Over(row).Average());
        Check("miwv_k5_se", row => Math.Sqrt(Over(row).Sum(x => Math.Pow(x - Over(row).Average(), 2)) / 4 / 5));
        Check("grape", row => row > 1 ? 0 : Math.Min(L(0), L(1)) - L(row));
    }

    [Fact]
    public void Ratios()
    {
        Check("ifd", row => L(row) / Direct(row));
        Check("ifd_ppl", row => Math.Exp(L(row)) / Math.Exp(Direct(row)));
        Check("ifd_header", row => L(row) / oracle.Loss([.. oracle.Bos, .. T("### Response:")], rows[row].Answer));
        Check("icl_ifd", row => Shown(Others(row)[0], row) / Direct(row));
        int[] head = T("Below is the response to an instruction, please guess the corresponding instruction for the given response.\n"), tail = T("\nGenerate the instruction for the above response.");
        Check("rifd", row => Math.Exp(oracle.Loss([.. oracle.Bos, .. head, .. rows[row].Answer, .. tail], T(Text(row))) - oracle.Loss([model.Vocabulary.Bos], T(Text(row)))));
    }

    [Fact]
    public void TokenMetrics()
    {
        Check("min_k40", row =>
        {
            double[] worst = [.. Zero(row).Select(token => -token.Nll).Order()];
            return worst.Take(Math.Max(1, worst.Length * 40 / 100)).Average();
        });
        Check("hes40", row =>
        {
            double[] highest = [.. Zero(row).Select(token => token.Entropy / Math.Log(2)).OrderDescending()];
            return highest.Take(Math.Max(1, highest.Length * 40 / 100)).Sum();
        });
        Check("upd", row => Zero(row).Average(token => 1 / (1 + Math.Exp(-token.Nll)) * Math.Max(0, 1 - token.Entropy / Math.Log(model.Vocabulary.Size))));
        double[][] change = [.. Enumerable.Range(0, rows.Length).Select(row =>
            Zero(row).Zip(oracle.Tokens([model.Vocabulary.Bos], rows[row].Answer), (with, alone) => with.Nll - alone.Nll).ToArray())];
        double[] sizes = [.. change.SelectMany(x => x).Select(Math.Abs).OrderDescending()];
        double least = sizes[(int)Math.Round(sizes.Length * 0.5) - 1] - 1e-6;
        Check("s_ifd50", row => change[row].Where(x => Math.Abs(x) >= least).ToArray() is { Length: > 0 } kept ? Math.Exp(kept.Average()) : double.NaN);
    }

    [Fact]
    public void Influences()
    {
        double Ifd(int row, double loss) => Math.Exp(loss - Direct(row));
        Check("wici", row => Others(row).Sum(b => (1 - Cosine(row, b)) / (2 * 5) * (Ifd(b, L(b)) - Ifd(b, Shown(row, b)))));
        Check("wici_repo", row => Others(row).Select(b => (Gain: Ifd(b, L(b)) - Ifd(b, Shown(row, b, "")), Weight: 1 - Cosine(row, b)))
            .Where(p => p.Gain > 0).Select(p => p.Gain * p.Weight).DefaultIfEmpty(0).Average());
        Check("nuggets", row => Others(row).Average(b => Shown(row, b) < L(b) ? 1.0 : 0.0));
        // the held-out row is the one without a value
        int held = Array.FindIndex(lines, line => line.GetProperty("ica").ValueKind == JsonValueKind.Null);
        int[] prefix = [.. oracle.Bos, .. rows[held].Prompt, .. rows[held].Answer, .. T("\n\n")];
        Check("ica", row => row == held ? double.NaN : L(row) - oracle.Loss([.. prefix, .. rows[row].Prompt], rows[row].Answer));
        double Three(int row)
        {
            int[] d = Others(row)[..3];
            return oracle.Loss([.. oracle.Bos, .. new[] { d[2], d[1], d[0] }.SelectMany(x => (int[])[.. rows[x].Prompt, .. rows[x].Answer, .. T("\n\n")]), .. rows[row].Prompt], rows[row].Answer);
        }
        Check("recost3", Three);
        Check("recost_gain3", row => L(row) - Three(row));
        Check("knn_distance2", row => Others(row).Take(2).Average(other => 1 - Cosine(row, other)));
    }

    [Fact]
    public void CodecIsThatOfOneOtherRow()
    {
        int values = 0;
        for (int row = 0; row < Texts.Length; row++)
        {
            int[] own = T($"{Text(row)}\n{Texts[row].Output}");
            if (own.Length <= 11)
            {
                Assert.Equal(JsonValueKind.Null, lines[row].GetProperty("codec").ValueKind);
                continue;
            }
            // the first ten scores and the last are left out
            double Behind(int[] context) => oracle.Tokens(context, own)[10..^1].Average(token => token.Nll);
            double alone = Behind(oracle.Bos), value = lines[row].GetProperty("codec").GetDouble();
            Assert.Contains(Others(row), other => Math.Abs(alone - Behind([.. oracle.Bos, .. T($"{Text(other)}\n{Texts[other].Output}"), .. T("\n\n")]) - value) < 1e-4);
            values++;
        }
        Assert.True(values >= 4);
    }

    [Fact]
    public void Ratings()
    {
        static double Expected(double[] p, int lowest) => p.Select((x, i) => (lowest + i) * x).Sum();
        double[] Complexity(int row) => oracle.Digits(1, 6, $"You are a helpful assistant. Please identify the complexity score of the following user query. \n##Query: {Text(row)}  \n##Complexity: ");
        double[] Quality(int row) => oracle.Digits(1, 6, $"You are a helpful assistant. Please identify the quality score of the Response corresponding to the Question. \n #Question#:\n{Text(row)}\n#Response#:\n{Texts[row].Output} \n##Quality: ");
        Check("deita_complexity", row => Expected(Complexity(row), 1));
        Check("deita_quality", row => Expected(Quality(row), 1));
        Check("deita", row => Expected(Complexity(row), 1) * Expected(Quality(row), 1));

        double[] Criterion(int row, string name) => oracle.Digits(0, 5,
            "We would like to request your feedback on the performance of AI assistant in response to the instruction and the given input displayed following.\n\n",
            $"###Instruction:\n{Texts[row].Instruction}\n\n### Input:\n{Texts[row].Input}\n\n### Response:\n{Texts[row].Output}\n\n",
            $"Please rate according to the {name} of the response to the instruction and the input. Each assistant receives a score on a scale of 0 to 5, where a higher score indicates higher level of the {name}. Please first output a single line containing value indicating the scores.\n");
        Check("alpagasus", row => Expected(Criterion(row, "accuracy"), 0));
        Check("alpagasus_help", row => Expected(Criterion(row, "helpfulness"), 0));

        double Token(int row, string question)
        {
            double[] p = oracle.Digits(1, 5, question, $"\nInstruction:{Text(row)}\nResponse:{Texts[row].Output}\nThe answer is: \n");
            return (1 + Array.IndexOf(p, p.Max())) * p.Sum(x => Math.Abs(x - p.Max())) / 4;
        }
        Check("selectit2", row =>
        {
            double a = Token(row, "Rate how well the response follows the instruction, from 1 (not at all) to 5 (completely).");
            double b = Token(row, "How correct is the response to the instruction? Give a number from 1 (wrong) to 5 (right).");
            return (a + b) / 2 / (1 + 0.2 * Math.Abs(a - b) / 2);
        });
    }

    [Fact]
    public void Lengths()
    {
        Check("answer_tokens", row => rows[row].Answer.Length);
        Check("prompt_tokens", row => rows[row].Prompt.Length);
        // apple fig pear: all different; red red red: two words end a stretch, both ways 3 / (1 + 0)
        Assert.Equal(3, lines[4].GetProperty("mtld").GetDouble(), 9);
        Assert.Equal(3, lines[1].GetProperty("mtld").GetDouble(), 9);
    }
}
