using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Miwv.Data;
using Miwv.Engine.Verification;
using Miwv.Llama;
using Miwv.PlainLoop;

// miwv-plain-loop DATA MODEL SCORES.jsonl [--limit N] [--threads N] [--exact] [-fa on|off|auto] [-ngl N]
// miwv-plain-loop DATA MODEL SCORES.jsonl --export TOKENS.jsonl [--limit N]
// Scores the rows that SCORES (a run's scores.jsonl) calls ok, with the neighbours it names, one sequence at a time, and compares.
// --export writes the token sequences instead, one row a line, for baselines in other languages (perf/baselines).
if (args.Length < 3)
{
    Console.Error.WriteLine("usage: miwv-plain-loop DATA MODEL SCORES.jsonl [--limit N] [--threads N] [--exact] [-fa on|off|auto] [-ngl N] [--export TOKENS.jsonl]");
    return 2;
}
int limit = Number("--limit", int.MaxValue), threads = Number("--threads", Environment.ProcessorCount);
bool exact = args.Contains("--exact");
var flash = Text("-fa", "auto") switch { "on" => FlashAttention.On, "off" => FlashAttention.Off, _ => FlashAttention.Auto };

LlamaLibrary.Load();
using var rows = RowFile.Open(args[0]);
using var model = LlamaModel.Load(args[1], new ModelOptions(Number("-ngl", -1)));
var byId = Enumerable.Range(0, rows.Count).ToDictionary(i => (rows.Id(i).IsString, rows.Id(i).Text));
var work = new List<(double Zero, double One, int[] ZeroTokens, int[] OneTokens, int Scored)>();
int line = 0, window = model.TrainedContext;
foreach (string text in File.ReadLines(args[2]))
{
    int index = line++;
    using var score = JsonDocument.Parse(text);
    if (score.RootElement.GetProperty("status").GetString() != "ok") continue;
    if (work.Count == limit) break;
    var id = score.RootElement.GetProperty("neighbor");
    int neighbor = byId[(id.ValueKind == JsonValueKind.String, id.ValueKind == JsonValueKind.String ? id.GetString()! : id.GetRawText())];
    var row = RowTokens.Of(rows.Read(index), model.Vocabulary);
    var shown = RowTokens.Of(rows.Read(neighbor), model.Vocabulary);
    work.Add((score.RootElement.GetProperty("zero_nll").GetDouble(), score.RootElement.GetProperty("one_nll").GetDouble(),
        RowTokens.ZeroShot(model.Vocabulary, row), RowTokens.OneShot(model.Vocabulary, shown, row, window)!, row.Answer.Length));
}
if (work.Count == 0)
{
    Console.Error.WriteLine($"{args[2]}: no row is ok");
    return 1;
}

if (Text("--export", "") is { Length: > 0 } export)
{
    File.WriteAllLines(export, work.Select(w => JsonSerializer.Serialize(new { zero = w.ZeroTokens, one = w.OneTokens, scored = w.Scored, zero_nll = w.Zero, one_nll = w.One })));
    Console.WriteLine($"{export}: token sequences of {work.Count} rows");
    return 0;
}

using var loop = new PlainLoop(model, work.Max(w => w.OneTokens.Length), threads, exact, flash);
double worst = 0, total = 0;
var ours = new List<double>();
var plain = new List<double>();
long tokens = 0;
var clock = Stopwatch.StartNew();
foreach (var (zero, one, zeroTokens, oneTokens, scored) in work)
{
    double zeroLoss = loop.Nll(zeroTokens, zeroTokens.Length - scored) / scored, oneLoss = loop.Nll(oneTokens, oneTokens.Length - scored) / scored;
    foreach (double difference in new[] { Math.Abs(zeroLoss - zero), Math.Abs(oneLoss - one) })
    {
        worst = Math.Max(worst, difference);
        total += difference;
    }
    ours.Add(one - zero);
    plain.Add(oneLoss - zeroLoss);
    tokens += zeroTokens.Length + oneTokens.Length;
}
double seconds = clock.Elapsed.TotalSeconds;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"plain loop: {work.Count} rows, {tokens:N0} tokens, {seconds:F2} s, {work.Count / seconds:F2} rows/s, {tokens / seconds:N0} tokens/s; |difference| max {worst:E2}, mean {total / (2 * work.Count):E2} nats a token; top 5 %: {Agreement(0.05):P1} the same rows"));
return 0;

// Share of the plain loop's highest rows that are among ours.
double Agreement(double share)
{
    int count = Math.Max(1, (int)(share * work.Count));
    HashSet<int> Top(List<double> miwv) => [.. Enumerable.Range(0, miwv.Count).OrderByDescending(i => miwv[i]).Take(count)];
    return (double)Top(plain).Intersect(Top(ours)).Count() / count;
}

int Number(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
string Text(string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var at ? args[at + 1] : otherwise;
