using EdgeDb.Core.Caching;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace EdgeDb.Core.Tests.Caching;

/// <summary>What callers of <see cref="IMemoryCache"/> may rely on, held to by Microsoft's cache with a size limit and by ours.</summary>
public sealed class MemoryCacheContractTests
{
    public enum Cache
    {
        Microsoft,
        EdgeDb,
    }

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ManualTimeProvider _clock = new();

    public static TheoryData<Cache> Both => [Cache.Microsoft, Cache.EdgeDb];

    [Theory, MemberData(nameof(Both))]
    public void What_is_stored_is_found_and_replaced_and_removed(Cache which)
    {
        using var cache = Create(which);
        Assert.False(cache.TryGetValue("a", out _));

        cache.Set("a", 1, OfSize(1));
        Assert.Equal(1, cache.Get("a"));
        cache.Set("a", 2, OfSize(1));
        Assert.Equal(2, cache.Get("a"));
        cache.Remove("a");
        Assert.False(cache.TryGetValue("a", out _));
        cache.Remove("a");
    }

    [Theory, MemberData(nameof(Both))]
    public void Keys_of_any_type_are_found_by_equality(Cache which)
    {
        using var cache = Create(which);
        cache.Set((1, "a"), "tuple", OfSize(1));
        cache.Set(1, "number", OfSize(1));
        cache.Set("1", "text", OfSize(1));

        Assert.Equal("tuple", cache.Get((1, "a")));
        Assert.Equal("number", cache.Get(1));
        Assert.Equal("text", cache.Get("1"));
        cache.Remove(1);
        Assert.False(cache.TryGetValue(1, out _));
        Assert.Equal("text", cache.Get("1"));
    }

    [Theory, MemberData(nameof(Both))]
    public void Null_is_a_value_and_no_key(Cache which)
    {
        using var cache = Create(which);
        cache.Set<object?>("a", null, OfSize(1));

        Assert.True(cache.TryGetValue("a", out var value));
        Assert.Null(value);
        Assert.Throws<ArgumentNullException>(() => cache.TryGetValue(null!, out _));
        Assert.Throws<ArgumentNullException>(() => cache.Remove(null!));
        Assert.Throws<ArgumentNullException>(() => cache.CreateEntry(null!));
    }

    [Theory, MemberData(nameof(Both))]
    public void An_entry_is_stored_when_it_is_disposed_of_with_a_value(Cache which)
    {
        using var cache = Create(which);
        using (var entry = cache.CreateEntry("a"))
        {
            entry.Size = 1;
            entry.Value = 1;
            Assert.False(cache.TryGetValue("a", out _));
        }

        Assert.Equal(1, cache.Get("a"));
        using (var entry = cache.CreateEntry("b"))
            entry.Size = 1;
        Assert.False(cache.TryGetValue("b", out _));
    }

    [Theory, MemberData(nameof(Both))]
    public void An_entry_without_a_size_is_an_error(Cache which)
    {
        using var cache = Create(which);
        Assert.Throws<InvalidOperationException>(() => cache.Set("a", 1));
    }

    [Theory, MemberData(nameof(Both))]
    public void Sizes_and_times_out_of_range_are_errors(Cache which)
    {
        using var cache = Create(which);
        var entry = cache.CreateEntry("a");
        Assert.Throws<ArgumentOutOfRangeException>(() => entry.Size = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => entry.AbsoluteExpirationRelativeToNow = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => entry.SlidingExpiration = TimeSpan.FromTicks(-1));
    }

    [Theory, MemberData(nameof(Both))]
    public void An_entry_ends_after_its_time_relative_to_now(Cache which)
    {
        using var cache = Create(which);
        cache.Set("a", 1, OfSize(1).SetAbsoluteExpiration(Minute));

        _clock.Advance(Minute - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, cache.Get("a"));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(cache.TryGetValue("a", out _));
    }

    [Theory, MemberData(nameof(Both))]
    public void An_entry_ends_at_its_time_of_the_clock(Cache which)
    {
        using var cache = Create(which);
        cache.Set("a", 1, OfSize(1).SetAbsoluteExpiration(_clock.GetUtcNow() + Minute));
        cache.Set("past", 1, OfSize(1).SetAbsoluteExpiration(_clock.GetUtcNow() - Minute));
        Assert.False(cache.TryGetValue("past", out _));

        _clock.Advance(Minute - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, cache.Get("a"));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(cache.TryGetValue("a", out _));
    }

    [Theory, MemberData(nameof(Both))]
    public void A_use_renews_a_sliding_time_but_not_the_absolute_one(Cache which)
    {
        using var cache = Create(which);
        cache.Set("unused", 1, OfSize(1).SetSlidingExpiration(Minute));
        cache.Set("used", 1, OfSize(1).SetSlidingExpiration(Minute));
        cache.Set("bounded", 1, OfSize(1).SetSlidingExpiration(Minute).SetAbsoluteExpiration(Minute * 1.5));

        _clock.Advance(Minute * 0.75);
        Assert.True(cache.TryGetValue("used", out _));
        Assert.True(cache.TryGetValue("bounded", out _));
        _clock.Advance(Minute * 0.75);
        Assert.True(cache.TryGetValue("used", out _));
        Assert.False(cache.TryGetValue("bounded", out _));
        Assert.False(cache.TryGetValue("unused", out _));
        _clock.Advance(Minute);
        Assert.False(cache.TryGetValue("used", out _));
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_change_token_ends_an_entry(Cache which)
    {
        using var cache = Create(which);
        using var change = new CancellationTokenSource();
        var (ended, options) = Watched(OfSize(1).AddExpirationToken(new CancellationChangeToken(change.Token)));
        cache.Set("a", 1, options);
        Assert.True(cache.TryGetValue("a", out _));

        await change.CancelAsync();
        Assert.False(cache.TryGetValue("a", out _));
        Assert.Equal(("a", 1, EvictionReason.TokenExpired), await ended);
        cache.Set("a", 2, OfSize(1).AddExpirationToken(new CancellationChangeToken(change.Token)));
        Assert.False(cache.TryGetValue("a", out _));
    }

    [Theory, MemberData(nameof(Both))]
    public void A_token_that_does_not_call_back_is_asked_at_every_use(Cache which)
    {
        using var cache = Create(which);
        var token = new PassiveToken();
        cache.Set("a", 1, OfSize(1).AddExpirationToken(token));
        Assert.True(cache.TryGetValue("a", out _));

        token.HasChanged = true;
        Assert.False(cache.TryGetValue("a", out _));
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Callbacks_tell_why_an_entry_went(Cache which)
    {
        using var cache = Create(which);
        var (removed, watchRemoved) = Watched(OfSize(1));
        var (replaced, watchReplaced) = Watched(OfSize(1));
        var (expired, watchExpired) = Watched(OfSize(1).SetAbsoluteExpiration(Minute));
        var (refused, watchRefused) = Watched(OfSize(1000));
        cache.Set("removed", 1, watchRemoved);
        cache.Set("replaced", 1, watchReplaced);
        cache.Set("expired", 1, watchExpired);
        cache.Set("refused", 1, watchRefused);

        cache.Remove("removed");
        cache.Set("replaced", 2, OfSize(1));
        _clock.Advance(Minute);
        Assert.False(cache.TryGetValue("expired", out _));
        Assert.False(cache.TryGetValue("refused", out _));
        Assert.Equal(("removed", 1, EvictionReason.Removed), await removed);
        Assert.Equal(("replaced", 1, EvictionReason.Replaced), await replaced);
        Assert.Equal(("expired", 1, EvictionReason.Expired), await expired);
        Assert.Equal(("refused", 1, EvictionReason.Capacity), await refused);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_callback_that_throws_does_no_harm_and_one_may_use_the_cache(Cache which)
    {
        using var cache = Create(which);
        var again = new TaskCompletionSource();
        cache.Set("a", 1, OfSize(1)
            .RegisterPostEvictionCallback(static (_, _, _, _) => throw new InvalidOperationException())
            .RegisterPostEvictionCallback((_, _, _, _) =>
            {
                cache.Set("b", 2, OfSize(1));
                again.SetResult();
            }));

        cache.Remove("a");
        await again.Task;
        Assert.Equal(2, cache.Get("b"));
    }

    [Theory, MemberData(nameof(Both))]
    public void Compacting_takes_the_lowest_priority_first_and_never_what_must_not_go(Cache which)
    {
        using var cache = Create(which);
        foreach (var priority in new[] { CacheItemPriority.NeverRemove, CacheItemPriority.High, CacheItemPriority.Normal, CacheItemPriority.Low })
            for (var i = 0; i < 4; i++)
                cache.Set($"{priority}{i}", i, OfSize(1).SetPriority(priority));

        Compact(cache, 0.25);
        Assert.Equal(["NeverRemove:4", "High:4", "Normal:4", "Low:0"], Left(cache));
        Compact(cache, 1.0 / 3);
        Assert.Equal(["NeverRemove:4", "High:4", "Normal:0", "Low:0"], Left(cache));
        Compact(cache, 1);
        Assert.Equal(["NeverRemove:4", "High:0", "Normal:0", "Low:0"], Left(cache));
    }

    [Theory, MemberData(nameof(Both))]
    public void Compacting_counts_expired_entries_first(Cache which)
    {
        using var cache = Create(which);
        cache.Set("short", 1, OfSize(1).SetAbsoluteExpiration(Minute).SetPriority(CacheItemPriority.High));
        cache.Set("long", 1, OfSize(1).SetPriority(CacheItemPriority.Low));
        _clock.Advance(Minute);

        Compact(cache, 0.5);
        Assert.True(cache.TryGetValue("long", out _));
        Assert.False(cache.TryGetValue("short", out _));
    }

    [Theory, MemberData(nameof(Both))]
    public void Statistics_count_hits_misses_entries_and_sizes(Cache which)
    {
        using var cache = Create(which);
        cache.Set("a", 1, OfSize(2));
        cache.Set("b", 1, OfSize(3));
        cache.TryGetValue("a", out _);
        cache.TryGetValue("a", out _);
        cache.TryGetValue("c", out _);

        var statistics = cache.GetCurrentStatistics()!;
        Assert.Equal(2, statistics.TotalHits);
        Assert.Equal(1, statistics.TotalMisses);
        Assert.Equal(2, statistics.CurrentEntryCount);
        Assert.Equal(5, statistics.CurrentEstimatedSize);
        cache.Remove("b");
        Assert.Equal(2, cache.GetCurrentStatistics()!.CurrentEstimatedSize);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task The_extension_methods_create_what_is_missing_once(Cache which)
    {
        using var cache = Create(which);
        for (var i = 0; i < 2; i++)
        {
            var created = await cache.GetOrCreateAsync("a", entry =>
            {
                entry.Size = 1;
                return Task.FromResult(i);
            });
            Assert.Equal(0, created);
        }
    }

    [Theory, MemberData(nameof(Both))]
    public void A_disposed_cache_says_so(Cache which)
    {
        var cache = Create(which);
        cache.Dispose();
        cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cache.TryGetValue("a", out _));
        Assert.Throws<ObjectDisposedException>(() => cache.CreateEntry("a"));
        Assert.Throws<ObjectDisposedException>(() => cache.Remove("a"));
    }

    private IMemoryCache Create(Cache which) => which == Cache.Microsoft
        ? new MemoryCache(new MemoryCacheOptions { SizeLimit = 100, Clock = new SystemClock(_clock), TrackStatistics = true })
        : new AdaptiveMemoryCache(new AdaptiveMemoryCacheOptions { ByteBudget = 100, LargestShare = 1, Seed = 1 }, _clock);

    private static void Compact(IMemoryCache cache, double part)
    {
        if (cache is MemoryCache microsoft)
            microsoft.Compact(part);
        else
            ((AdaptiveMemoryCache)cache).Compact(part);
    }

    private static string[] Left(IMemoryCache cache) =>
        [.. new[] { "NeverRemove", "High", "Normal", "Low" }.Select(priority => $"{priority}:{Enumerable.Range(0, 4).Count(i => cache.TryGetValue($"{priority}{i}", out _))}")];

    private static MemoryCacheEntryOptions OfSize(long size) => new() { Size = size };

    private static (Task<(object Key, object? Value, EvictionReason Reason)> Ended, MemoryCacheEntryOptions Options) Watched(MemoryCacheEntryOptions options)
    {
        var ended = new TaskCompletionSource<(object Key, object? Value, EvictionReason Reason)>(TaskCreationOptions.RunContinuationsAsynchronously);
        return (ended.Task, options.RegisterPostEvictionCallback((key, value, reason, _) => ended.TrySetResult((key, value, reason))));
    }

    private sealed class SystemClock(TimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }

    private sealed class PassiveToken : IChangeToken
    {
        public bool HasChanged { get; set; }

        public bool ActiveChangeCallbacks => false;

        public IDisposable RegisterChangeCallback(Action<object?> callback, object? state) => throw new NotSupportedException();
    }
}
