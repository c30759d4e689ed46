namespace Miwv.EndToEnd.Tests.Ui;

/// <summary>A clock that only moves when it is told to.</summary>
internal sealed class FixedClock : TimeProvider
{
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => ticks;

    public void Advance(double seconds) => ticks += TimeSpan.FromSeconds(seconds).Ticks;
}
