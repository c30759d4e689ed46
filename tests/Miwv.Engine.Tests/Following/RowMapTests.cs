using FsCheck;
using FsCheck.Fluent;
using Miwv.Engine.Cascading;
using Miwv.Engine.Following;

namespace Miwv.Engine.Tests.Following;

public sealed class RowMapTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var map = Map(5, 3);
        var read = RowMap.Parse(Bytes(map))!;
        Assert.Equal((map.PlanTokens, map.PlainTokens), (read.PlanTokens, read.PlainTokens));
        Assert.Equal(map.Key, read.Key);
        Assert.Equal(map.Cosine, read.Cosine);
        Assert.Equal(map.KnownZero, read.KnownZero);
        Assert.Equal(map.KnownOne, read.KnownOne);
        Assert.Equal([map.ZeroShot, map.OneShot, map.AnswerTokens, map.Neighbor, map.StepTokens], new[] { read.ZeroShot, read.OneShot, read.AnswerTokens, read.Neighbor, read.StepTokens });
        Assert.Equal(map.Status, read.Status);
        Assert.Equal(map.Roles, read.Roles);
    }

    [Fact]
    public void A_damaged_map_is_none() => Prop.ForAll<int, byte>((at, bit) =>
    {
        byte[] data = Bytes(Map(4, 2));
        data[(int)((uint)at % (uint)data.Length)] ^= (byte)(1 << (bit % 8));
        return RowMap.Parse(data) is null;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_cut_map_is_none()
    {
        byte[] data = Bytes(Map(4, 2));
        for (int length = 0; length < data.Length; length++) Assert.Null(RowMap.Parse(data[..length]));
    }

    private static byte[] Bytes(RowMap map)
    {
        using var stream = new MemoryStream();
        map.WriteTo(stream);
        return stream.ToArray();
    }

    private static RowMap Map(int rows, int steps) => new([.. Enumerable.Range(0, 32).Select(i => (byte)i)], 100, 250,
        [.. Enumerable.Range(0, rows).Select(i => i / 7.0)], [.. Enumerable.Range(0, rows).Select(i => i % 2 == 0 ? double.NaN : i)], [.. Enumerable.Repeat(double.NaN, rows)],
        [.. Enumerable.Range(0, rows)], [.. Enumerable.Range(rows, rows)], [.. Enumerable.Range(0, rows).Select(i => i % 3)], [.. Enumerable.Repeat(3, rows)], [.. Enumerable.Range(-1, rows)], [.. Enumerable.Range(10, steps)],
        [.. Enumerable.Range(0, rows).Select(i => (RowStatus)(i % 6))], [.. Enumerable.Range(0, rows).Select(i => (CascadeRole)(i % 3))]);
}
