using System.Runtime.InteropServices;

namespace EdgeDb.Core.Access;

/// <summary>
/// A bucket of tokens for each key: it holds <paramref name="burst"/>, and gets one back every <paramref name="refill"/>. Reckoned when it is asked, so that nothing runs while
/// nobody comes (the limiters of .NET wake up ten times a second). At most <paramref name="maxKeys"/> are remembered: full buckets are forgotten first, and when there are none, all are; a flood of
/// strangers then passes once more, but takes no memory.
/// </summary>
internal sealed class TokenBuckets<TKey>(int burst, TimeSpan refill, int maxKeys, TimeProvider time)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Bucket> _buckets = [];

    private record struct Bucket(double Tokens, long At);

    /// <summary>Keys that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _buckets.Count;
        }
    }

    /// <summary>Takes a token; when there is none, <paramref name="wait"/> says for how long not.</summary>
    public bool TryTake(TKey key, out TimeSpan wait)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (_buckets.Count >= maxKeys && !_buckets.ContainsKey(key))
                Forget_NeedsLock(now);
            ref var bucket = ref CollectionsMarshal.GetValueRefOrAddDefault(_buckets, key, out var exists);
            var tokens = exists ? Tokens(bucket, now) : burst;
            var taken = tokens >= 1;
            bucket = new(taken ? tokens - 1 : tokens, now);
            wait = taken ? TimeSpan.Zero : refill * (1 - tokens);
            return taken;
        }
    }

    private double Tokens(Bucket bucket, long now) => Math.Min(burst, bucket.Tokens + (time.GetElapsedTime(bucket.At, now) / refill));

    private void Forget_NeedsLock(long now)
    {
        foreach (var (key, bucket) in _buckets)
            if (Tokens(bucket, now) >= burst)
                _buckets.Remove(key);
        if (_buckets.Count >= maxKeys)
            _buckets.Clear();
    }
}
