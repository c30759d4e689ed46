using System.Text.Json.Nodes;
using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Runs;
using Miwv.Engine.Tests.Support;

namespace Miwv.Engine.Tests.Runs;

/// <summary>Run directories read from another folder, and by another version.</summary>
public sealed class RunOriginTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Relative_paths_start_from_the_runs_own_folder()
    {
        string file = RunJson(json => json["settings"]!["embedder"] = "none.gguf");
        var settings = RunFile.ReadSettings(file);
        Assert.Equal(folder["rows.json"], settings.DataPath);
        Assert.Equal(folder["m.gguf"], settings.ModelPath);
        Assert.Equal(folder["none.gguf"], settings.EmbedderPath); // not there: named where it was
        Assert.Equal("plain", settings.Template); // a name, not a path
        using var run = StoredRun.Open(folder["run"], default);
        Assert.Equal(5, run.Rows.Count);
    }

    [Fact]
    public void Data_that_is_nowhere_is_one_line_with_both_places()
    {
        string file = RunJson(json => json["folder"] = folder["moved"]);
        string message = Assert.Throws<UserException>(() => RunFile.ReadSettings(file)).Message;
        Assert.Contains($"neither at {folder["moved/rows.json"]} nor {Path.GetFullPath("rows.json")};", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_later_format_is_refused_by_every_reader()
    {
        string file = RunJson(json => (json["program"], json["format"]) = ("miwv 9.1.0", 7));
        foreach (Action read in (Action[])[() => RunFile.ReadSettings(file), () => RunFile.ReadIdentity(file), () => RunDirectory.Read(folder["run"]), () => StoredRun.Open(folder["run"], default), Score])
        {
            string message = Assert.Throws<UserException>(read).Message;
            Assert.Contains($"made by miwv 9.1.0 (run format 7), this is {RunOrigin.ThisProgram} (run format {RunOrigin.CurrentFormat});", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Theory]
    [InlineData("metric")]
    [InlineData("judges")]
    [InlineData("cascade")]
    [InlineData("hnsw-m")]
    public void A_setting_that_is_null_is_damage(string name) =>
        Assert.Contains("damaged", Assert.Throws<UserException>(() => RunFile.ReadSettings(RunJson(json => json["settings"]![name] = null))).Message, StringComparison.Ordinal);

    [Fact]
    public void What_another_version_lacks_is_said_with_its_name_and_what_this_one_lacks_is_damage()
    {
        string file = RunJson(json =>
        {
            json["program"] = "miwv 0.0.1";
            json["settings"]!.AsObject().Remove("metric");
        });
        Assert.Contains("made by miwv 0.0.1, this is miwv ", Assert.Throws<UserException>(() => RunFile.ReadSettings(file)).Message, StringComparison.Ordinal);
        Change(file, json => json["program"] = RunOrigin.ThisProgram);
        Assert.Contains("damaged", Assert.Throws<UserException>(() => RunFile.ReadSettings(file)).Message, StringComparison.Ordinal);
    }

    private string RunJson(Action<JsonNode> change)
    {
        Score();
        string file = Path.Combine(folder["run"], "run.json");
        Change(file, json =>
        {
            // as if made in the folder of the rows
            json["folder"] = folder.Root;
            (json["settings"]!["data"], json["settings"]!["model"]) = ("rows.json", "m.gguf");
            change(json);
        });
        return file;
    }

    private void Score()
    {
        string rows = folder.Rows("rows.json", Enumerable.Range(0, 5).Select(i => (object)new { instruction = $"say {i}", output = $"{i}" }));
        if (!File.Exists(folder["m.gguf"])) File.Move(folder.Model("tiny-llama"), folder["m.gguf"]);
        folder.Score(new RunSettings { DataPath = rows, ModelPath = folder["m.gguf"], Template = "plain", Threads = 1, Exact = true }, folder["run"]);
    }

    private static void Change(string file, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        change(json);
        File.WriteAllText(file, json.ToJsonString());
    }
}
