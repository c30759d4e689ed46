namespace Miwv.Cli.Report;

/// <summary>An array of the page: f32 or i32, little endian, base64.</summary>
internal sealed record PackedArray(string Name, string Type, string Base64);
