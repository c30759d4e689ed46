using System.Buffers.Binary;
using System.Text;

namespace Miwv.EndToEnd.Tests.Faults;

/// <summary>
/// The calls of a run as the preloaded library recorded them, and what a disk may hold when the power fails among them: what was flushed
/// is there; of the writes since, none, all, the first few, or any, the last one torn; of the names since a folder's flush, the first few.
/// </summary>
internal sealed class PowerFailure
{
    private enum Op { Create = 1, Write, Truncate, Sync, Rename, Delete, Folder }

    private sealed record Entry(Op Op, string Path, long Offset, byte[] Data);

    private sealed class Content
    {
        public byte[] Flushed = [];
        public List<Entry> Since { get; } = [];
    }

    private readonly List<Entry> entries = [];

    public PowerFailure(string record)
    {
        byte[] bytes = File.ReadAllBytes(record);
        for (int at = 0; at < bytes.Length;)
        {
            var op = (Op)BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            int path = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4));
            long offset = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at + 8)), data = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at + 16));
            at += 24;
            entries.Add(new Entry(op, Encoding.UTF8.GetString(bytes, at, path), offset, bytes[(at + path)..(int)(at + path + data)]));
            at += path + (int)data;
        }
    }

    /// <summary>Recorded calls.</summary>
    public int Count => entries.Count;

    /// <summary>Files by path, as they may be found after a failure behind the first <paramref name="count"/> calls.</summary>
    public Dictionary<string, byte[]> After(int count, Random random)
    {
        var now = new Dictionary<string, Content>();
        var names = new List<(string Folder, Action<Dictionary<string, Content>> Change)>();
        var kept = new Dictionary<string, Content>();
        void Name(string path, Action<Dictionary<string, Content>> change)
        {
            change(now);
            names.Add((Path.GetDirectoryName(path)!, change));
        }
        foreach (Entry entry in entries.Take(count))
            switch (entry.Op)
            {
                case Op.Create when !now.ContainsKey(entry.Path):
                    var made = new Content();
                    Name(entry.Path, table => table[entry.Path] = made);
                    break;
                case Op.Create when entry.Offset != 0:
                    now[entry.Path].Since.Add(entry with { Op = Op.Truncate, Offset = 0 });
                    break;
                case Op.Write or Op.Truncate:
                    now[entry.Path].Since.Add(entry);
                    break;
                case Op.Sync when now.TryGetValue(entry.Path, out Content? file):
                    file.Flushed = Apply(file.Flushed, file.Since);
                    file.Since.Clear();
                    break;
                case Op.Sync: // a folder
                    foreach (var (_, change) in names.Where(n => n.Folder == entry.Path)) change(kept);
                    names.RemoveAll(n => n.Folder == entry.Path);
                    break;
                case Op.Rename:
                    Content moved = now[entry.Path];
                    string to = Encoding.UTF8.GetString(entry.Data);
                    Name(to, table =>
                    {
                        table.Remove(entry.Path);
                        table[to] = moved;
                    });
                    break;
                case Op.Delete:
                    Name(entry.Path, table => table.Remove(entry.Path));
                    break;
            }
        foreach (var (_, change) in names.Take(random.Next(names.Count + 1))) change(kept);
        return kept.ToDictionary(file => file.Key, file => Apply(file.Value.Flushed, Survivors(file.Value.Since, random)));
    }

    private static List<Entry> Survivors(List<Entry> since, Random random)
    {
        List<Entry> some = random.Next(4) switch
        {
            0 => [],
            1 => [.. since],
            2 => [.. since.Take(random.Next(since.Count + 1))],
            _ => [.. since.Where(_ => random.Next(2) == 0)],
        };
        if (some.Count > 0 && random.Next(2) == 0 && some[^1] is { Op: Op.Write } last) some[^1] = last with { Data = last.Data[..random.Next(last.Data.Length + 1)] };
        if (some.Count > 1 && random.Next(3) == 0) (some[0], some[^1]) = (some[^1], some[0]);
        return some;
    }

    private static byte[] Apply(byte[] to, List<Entry> entries)
    {
        foreach (Entry entry in entries)
        {
            long end = entry.Op == Op.Truncate ? entry.Offset : Math.Max(to.Length, entry.Offset + entry.Data.Length);
            byte[] next = new byte[end];
            to.AsSpan(0, (int)Math.Min(end, to.Length)).CopyTo(next);
            if (entry.Op == Op.Write) entry.Data.CopyTo(next, entry.Offset);
            to = next;
        }
        return to;
    }
}
