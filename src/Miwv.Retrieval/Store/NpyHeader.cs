using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Miwv.Data;

namespace Miwv.Retrieval;

/// <summary>The dictionary at the head of a .npy file (NEP 1), read strictly: exactly its three keys, each once.</summary>
internal sealed partial record NpyHeader(int Rows, int Dimension, int ComponentBytes)
{
    internal static NpyHeader Parse(string path, string text)
    {
        Match match = Dictionary().Match(text);
        string[] keys = [.. match.Groups["key"].Captures.Select(c => c.Value).Order(StringComparer.Ordinal)];
        if (!match.Success || !keys.SequenceEqual(["descr", "fortran_order", "shape"]))
            throw new UserException($"{path}: the header of the array file is not one numpy.save writes; save a plain two-dimensional float array");
        string type = match.Groups["descr"].Value;
        int bytes = type switch { "<f2" => 2, "<f4" => 4, "<f8" => 8, _ => 0 };
        if (bytes == 0)
            throw new UserException($"{path}: the array holds '{type.ReplaceLineEndings(" ")}'; little-endian float16, float32 or float64 ('<f2', '<f4', '<f8') is needed");
        if (match.Groups["order"].Value != "False")
            throw new UserException($"{path}: the array is in Fortran order; save numpy.ascontiguousarray(a)");
        string[] shape = match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (shape.Length != 2
            || !int.TryParse(shape[0], NumberStyles.None, CultureInfo.InvariantCulture, out int rows)
            || !int.TryParse(shape[1], NumberStyles.None, CultureInfo.InvariantCulture, out int dimension)
            || dimension is < 1 or > StoreLayout.MaxDimension)
            throw new UserException($"{path}: the array has shape ({match.Groups["shape"].Value}); (rows, components) is needed, with 1 to {StoreLayout.MaxDimension} components");
        return new NpyHeader(rows, dimension, bytes);
    }

    /// <summary>A version 1.0 head, padded so that the data starts at a multiple of 64.</summary>
    internal static byte[] Encode(string type, int rows, int dimension)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({rows}, {dimension}), }}");
        int total = (10 + text.Length + 1 + 63) / 64 * 64;
        var head = new byte[total];
        new byte[] { 0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0 }.CopyTo(head, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(8), (ushort)(total - 10));
        Encoding.Latin1.GetBytes(text.PadRight(total - 11) + "\n").CopyTo(head, 10);
        return head;
    }

    [GeneratedRegex("""\A\{(?:\s*'(?<key>\w+)'\s*:\s*(?:(?<=descr'\s*:\s*)'(?<descr>[^']*)'|(?<=fortran_order'\s*:\s*)(?<order>True|False)|(?<=shape'\s*:\s*)\((?<shape>[\d, ]*)\))\s*,?)+\s*\}\s*\z""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Dictionary();
}
