using System.Text.Json;
using Miwv.Data;

namespace Miwv.Engine.Runs;

/// <summary>Who wrote a run directory and where: the head of run.json. It is not part of a run's identity.</summary>
/// <param name="Program">"miwv 0.1.0"; null if the file does not say.</param>
/// <param name="Format">Version of the files in the directory; 0 if the file does not say.</param>
/// <param name="Folder">Working folder that the settings' relative paths start from; null if the file does not say.</param>
internal sealed record RunOrigin(string? Program, int Format, string? Folder)
{
    /// <summary>The format that this program writes, and the highest that it reads.</summary>
    public const int CurrentFormat = 1;

    public static string ThisProgram { get; } = "miwv " + typeof(RunOrigin).Assembly.GetName().Version!.ToString(3);

    public static void Write(Utf8JsonWriter json)
    {
        json.WriteString("program", ThisProgram);
        json.WriteNumber("format", CurrentFormat);
        json.WriteString("folder", Environment.CurrentDirectory);
    }

    /// <exception cref="UserException">A later program wrote the directory.</exception>
    public static RunOrigin Read(JsonElement root, string path)
    {
        string? Text(string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        int format = root.TryGetProperty("format", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int given) ? given : 0;
        var origin = new RunOrigin(Text("program"), format, Text("folder"));
        return format <= CurrentFormat ? origin : throw origin.OtherVersion(path, null);
    }

    /// <exception cref="UserException">A later program wrote the directory.</exception>
    public static void RefuseLaterFormat(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(SmallFile.Read(path, RunDirectory.MostJsonBytes));
            if (document.RootElement.ValueKind == JsonValueKind.Object) Read(document.RootElement, path);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // who needs what it says finds that out
        }
    }

    /// <summary>What to say of a run.json that cannot be used: another version's, or damaged.</summary>
    public static UserException Unusable(string path, RunOrigin? origin, Exception why) => origin?.Program is { } program && program != ThisProgram
        ? origin.OtherVersion(path, why)
        : new UserException($"{path}: damaged or not written by this program; repeat the run in another --run directory", why);

    /// <summary>A path of the settings as it can be opened from here: where the run was made, else below the working folder of now.</summary>
    public string Resolve(string path)
    {
        if (Folder is null || Folder == Environment.CurrentDirectory || Path.IsPathRooted(path)) return path;
        string recorded = Path.Combine(Folder, path);
        return Path.Exists(recorded) || !Path.Exists(path) ? recorded : path;
    }

    /// <exception cref="UserException">The data is at neither place.</exception>
    public string RequireData(string path, string runFile)
    {
        string found = Resolve(path);
        if (File.Exists(found)) return found;
        string here = Path.GetFullPath(path);
        string places = found == path || found == here ? found : $"{found} nor {here}";
        throw new UserException($"{runFile}: the rows of this run are {(places.Contains(" nor ", StringComparison.Ordinal) ? "neither " : "not ")}at {places}; put the file back, or go to the folder that {path} is relative to");
    }

    private UserException OtherVersion(string path, Exception? why) => new(
        $"{path}: made by {Program ?? "another program"}{(Format > CurrentFormat ? $" (run format {Format})" : "")}, this is {ThisProgram} (run format {CurrentFormat}); read it with that version, or repeat the run in another --run directory", why!);
}
