using System.Text.Json;
using Miwv.Data;
using Miwv.Perf.Suite.Measuring;

namespace Miwv.Perf.Suite.Micro;

/// <summary>A file of rows opened (scanned, checked, hashed) and every row read, against ten passes of Utf8JsonReader over its bytes.</summary>
public class RowReaderBenchmark : MicroBenchmark
{
    private const int Times = 4;
    private static readonly Lazy<byte[]> Bytes = new(() => File.ReadAllBytes(GeneratedRows.File));
    private int count;

    public override string Name => "row reader";
    public override string Against => "10 passes of Utf8JsonReader";
    public override int Units => Times;

    protected override void Unit()
    {
        using var rows = RowFile.Open(GeneratedRows.File);
        for (int i = 0; i < rows.Count; i++) count += rows.Read(i).Output.Length;
    }

    protected override void Fixed()
    {
        for (int i = 0; i < 10 * Times; i++)
        {
            var reader = new Utf8JsonReader(Bytes.Value, new JsonReaderOptions { AllowMultipleValues = true });
            while (reader.Read()) count++;
        }
    }
}
