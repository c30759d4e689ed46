using Miwv.Cli.Hosting;
using Miwv.Cli.Options;
using Miwv.Data;
using Miwv.Engine.Tests.Fuzzing;

namespace Miwv.Cli.Tests.Fuzzing;

/// <summary>Files of --config, changed: read, or refused in one line.</summary>
public sealed class SettingsFuzzTests : IDisposable
{
    // half of a surrogate pair once ended in a stack trace
    private static readonly byte[] Failed = """{"metric": "\ud83d", "\udc00": 1}"""u8.ToArray();

    private readonly string folder = Directory.CreateTempSubdirectory("miwv-settings-fuzz-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("config.json", """{"data": "rows.json", "metric": ["miwv", "ifd"], "threads": 2, "exact": true, "top": "5%", "cap": 0.9, "limit": null}""")]
    [InlineData("config.yaml", "# all of it\ndata: rows.json\nmetric: [miwv, 'ifd']\nthreads: 2 # cores\nexact: true\n\ntop: \"5%\"\ncap: 0.9\n")]
    public void SettingsFiles(string name, string good) => new FuzzRun(name, Path.Combine(folder, name), 4096, path =>
    {
        try
        {
            SettingsFile.Read(path);
        }
        catch (UsageException e)
        {
            throw new UserException(e.Message);
        }
    }).Start(System.Text.Encoding.UTF8.GetBytes(good), Failed);
}
