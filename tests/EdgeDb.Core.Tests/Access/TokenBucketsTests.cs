using EdgeDb.Core.Access;
using Xunit;

namespace EdgeDb.Core.Tests.Access;

public sealed class TokenBucketsTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void A_burst_passes_and_then_one_each_time_a_token_comes_back()
    {
        var buckets = new TokenBuckets<string>(3, TimeSpan.FromSeconds(1), 10, _clock);

        Assert.Equal(3, Taken(buckets, "a", 10));
        Assert.False(buckets.TryTake("a", out var wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);

        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.False(buckets.TryTake("a", out wait));
        Assert.Equal(TimeSpan.FromSeconds(0.5), wait);
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(1, Taken(buckets, "a", 10));

        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(3, Taken(buckets, "a", 10));
    }

    [Fact]
    public void One_key_takes_nothing_from_another()
    {
        var buckets = new TokenBuckets<string>(2, TimeSpan.FromSeconds(1), 10, _clock);

        Taken(buckets, "a", 10);

        Assert.Equal(2, Taken(buckets, "b", 10));
    }

    [Fact]
    public void A_flood_of_keys_takes_no_memory_and_forgets_who_waits_last()
    {
        var buckets = new TokenBuckets<int>(2, TimeSpan.FromSeconds(1), 4, _clock);
        Taken(buckets, 0, 1);
        Taken(buckets, 1, 1);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Taken(buckets, 2, 10);
        Taken(buckets, 3, 10);

        // The first two are full again, and make room.
        Assert.Equal(2, Taken(buckets, 4, 10));
        Assert.False(buckets.TryTake(2, out _));

        for (var key = 100; key < 10_000; key++)
            Taken(buckets, key, 3);
        Assert.InRange(buckets.Count, 1, 4);
    }

    private static int Taken<TKey>(TokenBuckets<TKey> buckets, TKey key, int times)
        where TKey : notnull =>
        Enumerable.Range(0, times).Count(_ => buckets.TryTake(key, out var _));
}
