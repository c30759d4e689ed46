using Miwv.Data;
using Miwv.Engine.Tests.Support;
using Miwv.Llama;
using Miwv.PlainLoop;
using Loop = Miwv.Engine.Verification.PlainLoop;

namespace Miwv.Engine.Tests.Oracle;

/// <summary>Every line of a run checked against the contract and a row-by-row decode with exact settings.</summary>
internal static class PlainOracle
{
    /// <param name="encode">Tokens of a prompt; null = the Alpaca template.</param>
    /// <param name="loopIsExact">Settings of the plain loop, whatever the run's.</param>
    /// <returns>Largest and mean difference of a loss, nats a token, over both passes of the rows that are ok.</returns>
    public static (double Max, double Mean, int Ok) Compare(RunSettings settings, Scores scores, Func<Vocabulary, Row, int[]>? encode = null, bool loopIsExact = true)
    {
        LlamaLibrary.Load();
        using RowFile rows = RowFile.Open(settings.DataPath, new RowFileOptions { Columns = settings.Columns, Ids = settings.Ids, Limit = settings.Limit });
        using LlamaModel model = LlamaModel.Load(settings.ModelPath, new ModelOptions(0));
        Vocabulary vocabulary = model.Vocabulary;
        int window = settings.Window ?? model.TrainedContext;
        int[] end = settings.ScoreEos ? [vocabulary.Eos] : [];
        using var loop = new Loop(model, window, threads: 1, loopIsExact);
        Assert.Equal(rows.Count, scores.Lines.Length);
        RowTokens?[] tokens = [.. Enumerable.Range(0, rows.Count).Select(i => Tokens(rows.Read(i)))];
        var place = Enumerable.Range(0, rows.Count).ToDictionary(i => scores.Lines[i].Id);

        var differences = new List<double>();
        for (int i = 0; i < rows.Count; i++)
        {
            Scores.Line line = scores.Lines[i];
            if (line.Status is "no_neighbor" or "empty_answer" or "nan" || tokens[i] is not { } own) continue;
            int[] zero = RowTokens.ZeroShot(vocabulary, own);
            RowTokens? shown = line.Neighbor is null ? null : tokens[place[line.Neighbor]];
            int[]? one = shown is null ? null : RowTokens.OneShot(vocabulary, shown, own, window);
            Assert.Equal(line.Status == "ok", zero.Length <= window && one is not null);
            if (line.Status != "ok")
            {
                Assert.Equal("too_long", line.Status);
                continue;
            }
            Assert.Equal(own.Answer.Length, line.Answer);
            Assert.Equal(one!.Length < zero.Length + shown!.Prompt.Length + shown.Answer.Length + vocabulary.Tokenize("\n\n").Length, line.Cut);
            Assert.Equal(line.Miwv!.Value, line.One!.Value - line.Zero!.Value);
            differences.Add(Math.Abs(loop.Nll(zero, zero.Length - line.Answer!.Value) / line.Answer.Value - line.Zero.Value));
            differences.Add(Math.Abs(loop.Nll(one, one.Length - line.Answer!.Value) / line.Answer.Value - line.One.Value));
        }
        return (differences.DefaultIfEmpty(0).Max(), differences.DefaultIfEmpty(0).Average(), differences.Count / 2);

        RowTokens? Tokens(Row row)
        {
            if (row.Error is not null) return null;
            RowTokens alpaca = RowTokens.Of(row, vocabulary);
            return new RowTokens(encode?.Invoke(vocabulary, row) ?? alpaca.Prompt, [.. alpaca.Answer, .. end]);
        }
    }
}
