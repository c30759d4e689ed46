using Miwv.Engine.Journal;
using Miwv.Scoring.Passes;
using Miwv.Scoring.Waves;

namespace Miwv.Engine.Tests.Journal;

/// <summary>A journal of made-up steps: what was written is known, so that what is read can be told from it.</summary>
internal sealed class TestJournal(string path, int seed, bool perToken) : IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, JournalFormat.KeySize).Select(i => (byte)(3 * i))];

    public const int Steps = 12;

    private readonly TokenTable tokens = TokenTableBuilder.Build(1, (_, list) => list.AddRange([1, 2]), path + ".tokens", 1, null, CancellationToken.None);

    public string Path => path;

    public JournalReader? Open(int steps = Steps) => JournalReader.Open(path, Key, Layout(perToken), steps);

    public JournalReader? OpenWithOtherKey() => JournalReader.Open(path, [.. Key.Select(b => (byte)(b + 1))], Layout(perToken), Steps);

    public JournalReader? OpenWithOtherContents() => JournalReader.Open(path, Key, Layout(!perToken), Steps);

    public byte[] Bytes
    {
        get => File.ReadAllBytes(path);
        set => File.WriteAllBytes(path, value);
    }

    /// <summary>Writes steps behind what is there, as a resumed run does.</summary>
    public void Write(params IEnumerable<int> steps)
    {
        using JournalWriter writer = JournalWriter.Open(path, Key, Layout(perToken), Open());
        foreach (int step in steps)
        {
            var (passes, bounds, nll, logProbs) = Contents(step);
            writer.Append(step, new WaveResult { Passes = passes, Bounds = bounds, Nll = nll, LogProbs = logProbs });
        }
    }

    /// <summary>The steps of a journal, each proven to be what was written; closes it.</summary>
    public int[] Check(JournalReader? opened)
    {
        if (opened is not { } reader) return [];
        using var _ = reader;
        foreach (int step in reader.Steps)
        {
            JournalRecord record = reader.Record(step);
            var (passes, bounds, nll, logProbs) = Contents(step);
            Assert.Equal((step, passes.Length), (record.Step, record.Segments));
            for (int i = 0; i < passes.Length; i++)
                Assert.Equal((passes[i], bounds[i + 1] - bounds[i], nll[i]), record.Segment(i));
            Assert.Equal(perToken ? logProbs : [], record.Values.ToArray());
        }
        return [.. reader.Steps.Order()];
    }

    // some steps score nothing: trunks
    private (int[] Passes, int[] Bounds, double[] Nll, float[] LogProbs) Contents(int step)
    {
        var random = new Random(seed * 1_000 + step);
        int segments = random.Next(4);
        int[] bounds = new int[segments + 1];
        for (int i = 0; i < segments; i++) bounds[i + 1] = bounds[i] + random.Next(1, 4);
        int[] passes = [.. bounds[1..].Select(_ => random.Next(1_000))];
        double[] nll = [.. passes.Select(_ => random.Next(10) == 0 ? double.NaN : random.NextDouble() * 50)];
        return (passes, bounds, nll, [.. Enumerable.Range(0, bounds[^1]).Select(_ => -random.NextSingle())]);
    }

    private JournalLayout Layout(bool values) => new(new PassList(tokens), values);

    public void Dispose()
    {
        tokens.Dispose();
        File.Delete(path);
    }
}
