using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Miwv.Data;

namespace Miwv.Llama.Gguf;

/// <summary>
/// The other files of a split model. The native reader opens them by name and trusts them as it trusts the first, so each is checked
/// in the same way, and that together they have every tensor once.
/// </summary>
internal static class GgufParts
{
    private const string CountKey = "split.count", NumberKey = "split.no", TensorsKey = "split.tensors.count";

    /// <summary>Adds the tensors of the other parts to the first one's.</summary>
    /// <returns>The paths of all parts, the first one's own in front.</returns>
    /// <exception cref="UserException">A part is missing, another's, damaged or hostile, or a tensor is missing or there twice.</exception>
    public static IReadOnlyList<string> Read(string path, GgufParser first)
    {
        if (Number(first.Values, CountKey) is not (> 1 and var count) || Number(first.Values, NumberKey) != 0) return [path];
        string ending = Ending(1, count);
        if (!path.EndsWith(ending, StringComparison.Ordinal))
            throw new UserException($"{path}: is the first of {count} files, but its name does not end in {ending}, so that the others cannot be found: give the files their names back");
        var paths = new List<string> { path };
        for (int number = 2; number <= count; number++)
        {
            string part = path[..^ending.Length] + Ending(number, count);
            if (!File.Exists(part)) throw new UserException($"{part}: no such file: {path} is the first of {count} files, put them all in one folder");
            Add(part, number, count, first);
            paths.Add(part);
        }
        if (first.Values.TryGetValue(TensorsKey, out GgufValue tensors) && tensors.Type != GgufValueType.Int32)
            throw new UserException($"{path}: key \"{TensorsKey}\" is {tensors.TypeName}, not Int32: the file is damaged");
        if (tensors.Bits != 0 && tensors.Bits != (ulong)first.Tensors.Count)
            throw new UserException($"{path}: its {count} files have {first.Tensors.Count} tensors, not the {tensors.Bits} it names: files of different models are mixed");
        return paths;
    }

    private static void Add(string path, int number, int count, GgufParser first)
    {
        using SafeFileHandle handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var parser = new GgufParser(new GgufCursor(path, handle, RandomAccess.GetLength(handle)));
        parser.Parse();
        if (Number(parser.Values, CountKey) != count || Number(parser.Values, NumberKey) != number - 1)
            throw new UserException($"{path}: says of itself that it is file {Number(parser.Values, NumberKey) + 1} of {Number(parser.Values, CountKey)}, its name says {number} of {count}: files of different models are mixed");
        foreach (var (name, tensor) in parser.Tensors)
            if (!first.Tensors.TryAdd(name, tensor))
                throw new UserException($"{path}: has a tensor that an earlier file has too (\"{name}\"): files of different models are mixed");
    }

    private static int? Number(Dictionary<string, GgufValue> values, string key) =>
        values.TryGetValue(key, out GgufValue value) && value.Type == GgufValueType.UInt16 ? (int)value.Bits : null;

    private static string Ending(int number, int count) => string.Create(CultureInfo.InvariantCulture, $"-{number:D5}-of-{count:D5}.gguf");
}
