namespace EdgeDb.Core.Connections;

/// <summary>Outcomes of the latest while in ten buckets, so that one passes out of sight at a time. Not thread-safe.</summary>
internal sealed class FailureWindow(long lengthTicks)
{
    private const int Buckets = 10;

    private readonly long _bucketTicks = Math.Max(1, lengthTicks / Buckets);
    private readonly (int Failures, int Total)[] _buckets = new (int, int)[Buckets];
    private long _newest;

    /// <summary>Failures in sight at the latest call.</summary>
    public int Failures { get; private set; }

    /// <summary>Outcomes in sight at the latest call.</summary>
    public int Total { get; private set; }

    public void Add(long nowTicks, bool failed)
    {
        Advance(nowTicks);
        ref var bucket = ref _buckets[_newest % Buckets];
        bucket.Total++;
        Total++;
        if (!failed)
            return;
        bucket.Failures++;
        Failures++;
    }

    /// <summary>Drops what is out of sight.</summary>
    public void Advance(long nowTicks)
    {
        var now = nowTicks / _bucketTicks;
        for (var passed = Math.Min(now - _newest, Buckets); passed > 0; passed--)
        {
            ref var bucket = ref _buckets[(now - passed + 1) % Buckets];
            Failures -= bucket.Failures;
            Total -= bucket.Total;
            bucket = default;
        }

        _newest = Math.Max(_newest, now);
    }

    public void Clear()
    {
        Array.Clear(_buckets);
        (Failures, Total) = (0, 0);
    }
}
