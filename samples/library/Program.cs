// Scores a data set with the library, tells how far it is, prints the best rows and writes them as ShareGPT.
//   dotnet run --project samples/library -- samples/tasks.json samples/tasks-llama.gguf [limit] [folder]
using Miwv.Data;
using Miwv.Engine;
using Miwv.Engine.Results;
using Miwv.Metrics.Selection;

string data = args.ElementAtOrDefault(0) ?? "samples/tasks.json", model = args.ElementAtOrDefault(1) ?? "samples/tasks-llama.gguf";
string folder = args.ElementAtOrDefault(3) ?? "library-sample";
var settings = new RunSettings { DataPath = data, ModelPath = model, Limit = int.Parse(args.ElementAtOrDefault(2) ?? "200"), Metrics = "miwv,ifd" };

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};
try
{
    // the run directory keeps every finished wave: start the program again and it goes on
    using var run = MiwvRun.Open(settings, Path.Combine(folder, "run"));
    ScoreTable? scores = null;
    int rows = 0;
    await foreach (var happened in run.ScoreAsync(stop.Token))
    {
        switch (happened)
        {
            case RunEvent.Stage { Progress: { Total: > 0 } progress } when progress.Done == progress.Total:
                Console.WriteLine($"{progress.Stage}: {progress.Done} {progress.Unit}");
                break;
            case RunEvent.Row:
                rows++;
                break;
            case RunEvent.Warning warning:
                Console.WriteLine($"warning: {warning.Text}");
                break;
            case RunEvent.Finished finished:
                scores = finished.Scores;
                break;
        }
    }

    Console.WriteLine($"{rows} rows scored, {scores!.Status.Count(status => status != RowStatus.Ok)} without a score");
    var selection = run.Select(scores, new SelectionRequest(TopCount.Parse("5%")) { Selector = Selector.CosineCap });
    foreach (int row in selection.Rows.Take(5))
        Console.WriteLine($"{scores.Metrics[0].Values[row],8:F4}  {run.Rows.Id(row)}  {run.Rows.Read(row).Instruction}");
    string file = Path.Combine(folder, "selected.json");
    foreach (string loss in SelectionWriter.Write(run.Rows, selection.Rows, file, SelectionFormat.ShareGpt)) Console.WriteLine(loss);
    Console.WriteLine($"{selection.Rows.Count} rows -> {file}");
    return 0;
}
catch (UserException e)
{
    // one line that says what is wrong with the data, the model or the settings, and what to do
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("stopped; start again to go on");
    return 130;
}
