using FsCheck;
using FsCheck.Fluent;
using Miwv.Data;
using Miwv.Engine.Journal;

namespace Miwv.Engine.Tests.Journal;

public sealed class JournalTests
{
    private static readonly Arbitrary<(int Seed, bool PerToken)> Journals = (from seed in Gen.Choose(0, 100_000) from perToken in Gen.Elements(true, false) select (seed, perToken)).ToArbitrary();

    private static TestJournal New(int seed, bool perToken) => new(Path.Combine(Path.GetTempPath(), $"miwv-journal-{Guid.NewGuid():N}"), seed, perToken);

    [Fact]
    public void WhatWasAppendedIsRead() =>
        Prop.ForAll(Journals, Gen.Shuffle(Enumerable.Range(0, TestJournal.Steps).ToArray()).ToArbitrary(), Gen.Choose(0, TestJournal.Steps).ToArbitrary(), (c, order, first) =>
        {
            using TestJournal journal = New(c.Seed, c.PerToken);
            Assert.Null(journal.Open());
            journal.Write(order[..first]);
            Assert.Equal(order[..first].Order(), journal.Check(journal.Open()));
            journal.Write(order[first..]);
            Assert.Equal(Enumerable.Range(0, TestJournal.Steps), journal.Check(journal.Open()));
            using JournalReader whole = journal.Open()!;
            Assert.True(whole.IsClean);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CutAnywhereItKeepsWholeRecordsAndGoesOn(bool perToken)
    {
        using TestJournal journal = New(1, perToken);
        journal.Write(Enumerable.Range(0, TestJournal.Steps));
        byte[] whole = journal.Bytes;
        int kept = 0;
        for (int length = 0; length <= whole.Length; length++)
        {
            journal.Bytes = whole[..length];
            int[] steps = journal.Check(journal.Open());
            Assert.Equal(Enumerable.Range(0, steps.Length), steps); // a prefix of what was written
            Assert.True(steps.Length >= kept);
            kept = steps.Length;
            journal.Write(Enumerable.Range(steps.Length, TestJournal.Steps - steps.Length));
            Assert.Equal(Enumerable.Range(0, TestJournal.Steps), journal.Check(journal.Open()));
        }
        Assert.Equal(TestJournal.Steps, kept);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFlippedBitCostsAtMostOneStep(bool perToken)
    {
        using TestJournal journal = New(2, perToken);
        journal.Write(Enumerable.Range(0, TestJournal.Steps));
        byte[] whole = journal.Bytes;
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= (byte)(1 << at % 8);
            journal.Bytes = damaged;
            int[] steps = journal.Check(journal.Open());
            Assert.True(steps.Length >= TestJournal.Steps - 1, $"byte {at}: {steps.Length} steps left");
            journal.Write(Enumerable.Range(0, TestJournal.Steps).Except(steps));
            JournalReader mended = journal.Open()!;
            Assert.True(mended.IsClean);
            Assert.Equal(Enumerable.Range(0, TestJournal.Steps), journal.Check(mended));
        }
    }

    [Fact]
    public void AnyDamageLeavesRightRecordsOrNone() =>
        Prop.ForAll(Journals, Gen.Choose(0, int.MaxValue).ToArbitrary(), (c, seed) =>
        {
            using TestJournal journal = New(c.Seed, c.PerToken);
            journal.Write(Enumerable.Range(0, TestJournal.Steps));
            var random = new Random(seed);
            var bytes = journal.Bytes.ToList();
            for (int i = random.Next(1, 8); i > 0 && bytes.Count > 0; i--)
            {
                int at = random.Next(bytes.Count), count = Math.Min(random.Next(1, 64), bytes.Count - at);
                switch (random.Next(5))
                {
                    case 0: bytes[at] ^= (byte)random.Next(1, 256); break;
                    case 1: bytes.RemoveRange(at, count); break;
                    case 2: bytes.InsertRange(at, bytes.GetRange(at, count)); break; // a block twice
                    case 3: for (int k = at; k < at + count; k++) bytes[k] = 0; break; // a block that never reached the disk
                    default: bytes.RemoveRange(at, bytes.Count - at); break;
                }
            }
            journal.Bytes = [.. bytes];
            int[] steps = journal.Check(journal.Open());
            journal.Write(Enumerable.Range(0, TestJournal.Steps).Except(steps));
            Assert.Equal(Enumerable.Range(0, TestJournal.Steps), journal.Check(journal.Open()));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void AnotherPlansJournalIsRefused()
    {
        using TestJournal journal = New(3, perToken: false);
        journal.Write(0, 1, 2);
        Assert.Contains("another plan", Assert.Throws<UserException>(journal.OpenWithOtherKey).Message, StringComparison.Ordinal);
        Assert.Contains("another plan", Assert.Throws<UserException>(journal.OpenWithOtherContents).Message, StringComparison.Ordinal);
        Assert.Equal([0, 1], journal.Check(journal.Open(steps: 2)));
    }

    /// <summary>A header that does not say whose it is lets nobody else's records in.</summary>
    [Fact]
    public void UnderADamagedHeaderOnlyThisPlansRecordsAreValid()
    {
        using TestJournal journal = New(4, perToken: false);
        journal.Write(0, 1, 2);
        byte[] damaged = journal.Bytes;
        damaged[20] ^= 1; // of the plan key
        journal.Bytes = damaged;
        Assert.Equal([0, 1, 2], journal.Check(journal.Open()));
        using JournalReader other = journal.OpenWithOtherKey()!;
        Assert.Empty(other.Steps);
        Assert.False(other.IsClean);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void AnotherFormatIsRefused(byte version)
    {
        using TestJournal journal = New(4, perToken: false);
        journal.Write(0, 1, 2);
        byte[] bytes = journal.Bytes;
        bytes[8] = version;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(60), Crc32C.Of(bytes.AsSpan(0, 60)));
        journal.Bytes = bytes;
        Assert.Contains($"is of format {version}", Assert.Throws<UserException>(() => journal.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CrcIsCastagnolis()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8)); // RFC 3720, B.4 and its check value
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0u, Crc32C.Of([]));
    }
}
