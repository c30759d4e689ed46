using FsCheck;
using FsCheck.Fluent;
using Miwv.Engine.Journal;

namespace Miwv.Engine.Tests.Journal;

public sealed class JournalTailTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, JournalFormat.KeySize).Select(i => (byte)(3 * i))];

    [Fact]
    public void However_the_file_grows_every_record_comes_once() => Prop.ForAll<int, int[]>((seed, cuts) =>
    {
        string path = Path.GetTempFileName();
        using var journal = new TestJournal(path, seed, perToken: true);
        journal.Write(Enumerable.Range(0, TestJournal.Steps));
        byte[] whole = journal.Bytes;
        var steps = new List<int>();
        var tail = new JournalTail(path, Key, TestJournal.Steps);
        void Look() => tail.Read(() => throw new InvalidOperationException("restarted"), record => steps.Add(record.Step));
        foreach (int length in cuts.Select(cut => (int)((uint)cut % whole.Length)).Order())
        {
            journal.Bytes = whole[..length];
            Look();
        }
        journal.Bytes = whole;
        Look();
        Look();
        return steps.SequenceEqual(Enumerable.Range(0, TestJournal.Steps));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_journal_made_anew_comes_from_its_beginning()
    {
        string path = Path.GetTempFileName();
        using var journal = new TestJournal(path, 1, perToken: false);
        journal.Write(5, 0, 3);
        var steps = new List<int>();
        int restarts = 0;
        var tail = new JournalTail(path, Key, TestJournal.Steps);
        void Look() => tail.Read(() => restarts++, record => steps.Add(record.Step));
        Look();
        Assert.Equal([5, 0, 3], steps);
        File.AppendAllText(path, "torn");
        journal.Write(7); // sorts the records and drops the torn one
        steps.Clear();
        Look();
        Assert.Equal((1, "0 3 5 7"), (restarts, string.Join(' ', steps)));
    }

    [Fact]
    public void Another_plans_journal_is_passed_over()
    {
        string path = Path.GetTempFileName();
        using var journal = new TestJournal(path, 1, perToken: false);
        journal.Write(1, 2);
        new JournalTail(path, new byte[JournalFormat.KeySize], TestJournal.Steps).Read(() => Assert.Fail(), _ => Assert.Fail());
        new JournalTail(path + ".none", Key, TestJournal.Steps).Read(() => Assert.Fail(), _ => Assert.Fail());
    }
}
