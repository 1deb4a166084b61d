namespace EdgeDb.Core.Connections;

/// <summary>How one pool behaves. All values can be changed while it runs, see <see cref="ConnectionPool{T}.Reconfigure"/>.</summary>
public sealed record ConnectionPoolOptions
{
    /// <summary>Connections that stay open while nothing is asked; opened in the background at start and whenever fewer are open. Default 0, range 0 to <see cref="MaxSize"/>.</summary>
    public int MinIdle { get; init; }

    /// <summary>Connections open at once. Default 8, range 1 to 1,000.</summary>
    public int MaxSize { get; init; } = 8;

    /// <summary>Leases that one connection carries at once: 1 for a connection that one caller uses at a time, more for multiplexed ones. Default 1, range 1 to 65,536.</summary>
    public int LeasesPerConnection { get; init; } = 1;

    /// <summary>Connections being opened at once. Default 2, range 1 to 64.</summary>
    public int MaxOpening { get; init; } = 2;

    /// <summary>How long opening one may take. Default 5 s, range 1 ms to 5 min.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a caller waits for a connection, and for how long the queue may be slow before
    /// <see cref="OverloadAcquireTimeout"/> applies instead. Default 1 s, range 1 ms to 5 min.
    /// </summary>
    public TimeSpan AcquireTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a caller waits once the oldest in the queue has been waiting for longer than this during a whole <see cref="AcquireTimeout"/>: a
    /// queue that stands is no buffer, it only makes everybody late. Default 50 ms, range 1 ms to <see cref="AcquireTimeout"/>.
    /// </summary>
    public TimeSpan OverloadAcquireTimeout { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Callers that may wait at once; the next one fails at once. Default 256, range 0 to 65,536.</summary>
    public int QueueCapacity { get; init; } = 256;

    /// <summary>Idle time after which a connection beyond <see cref="MinIdle"/> is closed. Default 5 min, range 1 s to 24 h; infinite keeps them.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Age after which a connection is replaced once it is idle, less up to a tenth so that those opened together do not end together. Default 30 min, range 1 s to 7 d; infinite keeps them.</summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Idle time after which a connection is asked for a sign of life before it is handed out. Default 30 s, range 0 to 24 h; infinite never asks.</summary>
    public TimeSpan CheckAfterIdle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time after which a lease that was not returned is reported with the place that rented it. Default 1 min, range 10 ms to 24 h.</summary>
    public TimeSpan LeakAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long closing the pool waits for leases. Default 5 s, range 0 to 5 min.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Adds one sentence for each value outside its range, and for values that contradict each other.</summary>
    /// <param name="name">Whose options these are, for the sentences.</param>
    /// <param name="problems">Receives the sentences.</param>
    public void Validate(string name, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        var ranges = new OptionRanges(name, problems);
        var day = TimeSpan.FromDays(1);
        var fiveMinutes = TimeSpan.FromMinutes(5);
        ranges.Check(nameof(MaxSize), MaxSize, 1, 1000);
        ranges.Check(nameof(MinIdle), MinIdle, 0, 1000);
        if (MinIdle > MaxSize)
            problems.Add($"{name}: MinIdle is {MinIdle} and MaxSize {MaxSize}; lower MinIdle or raise MaxSize.");
        ranges.Check(nameof(LeasesPerConnection), LeasesPerConnection, 1, 65_536);
        ranges.Check(nameof(MaxOpening), MaxOpening, 1, 64);
        ranges.Check(nameof(QueueCapacity), QueueCapacity, 0, 65_536);
        ranges.Check(nameof(OpenTimeout), OpenTimeout, TimeSpan.FromMilliseconds(1), fiveMinutes);
        ranges.Check(nameof(AcquireTimeout), AcquireTimeout, TimeSpan.FromMilliseconds(1), fiveMinutes);
        ranges.Check(nameof(OverloadAcquireTimeout), OverloadAcquireTimeout, TimeSpan.FromMilliseconds(1), fiveMinutes);
        if (OverloadAcquireTimeout > AcquireTimeout)
        {
            problems.Add(
                $"{name}: OverloadAcquireTimeout is {OptionRanges.Text(OverloadAcquireTimeout)} and AcquireTimeout {OptionRanges.Text(AcquireTimeout)}; the first may not be longer.");
        }

        if (IdleTimeout != Timeout.InfiniteTimeSpan)
            ranges.Check(nameof(IdleTimeout), IdleTimeout, TimeSpan.FromSeconds(1), day);
        if (MaxLifetime != Timeout.InfiniteTimeSpan)
            ranges.Check(nameof(MaxLifetime), MaxLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        if (CheckAfterIdle != Timeout.InfiniteTimeSpan)
            ranges.Check(nameof(CheckAfterIdle), CheckAfterIdle, TimeSpan.Zero, day);
        ranges.Check(nameof(LeakAfter), LeakAfter, TimeSpan.FromMilliseconds(10), day);
        ranges.Check(nameof(DrainTimeout), DrainTimeout, TimeSpan.Zero, fiveMinutes);
    }

    internal void ThrowIfInvalid(string name)
    {
        var problems = new List<string>();
        Validate(name, problems);
        problems.ThrowIfAny();
    }
}
