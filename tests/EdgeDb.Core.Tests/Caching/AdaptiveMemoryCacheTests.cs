using EdgeDb.Core.Caching;
using Microsoft.Extensions.Caching.Memory;
using Xunit;

namespace EdgeDb.Core.Tests.Caching;

public sealed class AdaptiveMemoryCacheTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void A_key_is_found_before_it_is_a_string()
    {
        using var cache = Create();
        cache.Set("month/2026-03", "answer", Sized(10));

        Span<char> key = stackalloc char[13];
        "month/".CopyTo(key);
        "2026-03".CopyTo(key[6..]);
        Assert.True(cache.TryGet<string>(key, out var value));
        Assert.Equal("answer", value);
        Assert.False(cache.TryGet<string>("month/2026-04", out _));
    }

    [Fact]
    public void A_hit_allocates_nothing()
    {
        using var cache = Create();
        var tag = cache.Tags.Get("calendar");
        cache.Set("a", "answer", new CacheEntryOptions { SizeBytes = 1, TimeToLive = Minute, Tags = [tag], Started = cache.Tags.Now });
        Ask(1000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Ask(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Ask(int times)
        {
            for (var i = 0; i < times; i++)
                if (!cache.TryGet<string>("a", out _))
                    throw new InvalidOperationException("The value is gone.");
        }
    }

    [Fact]
    public void A_value_of_another_type_is_not_found()
    {
        using var cache = Create();
        cache.Set("a", "text", Sized(1));
        Assert.False(cache.TryGet<int[]>("a", out _));
    }

    [Fact]
    public void An_invalidation_removes_exactly_what_has_the_tag()
    {
        using var cache = Create();
        Set(cache, "march", "calendar:1", "calendar:2");
        Set(cache, "april", "calendar:2");
        Set(cache, "members");

        cache.Tags.Invalidate("calendar:1");
        Assert.False(cache.TryGet<string>("march", out _));
        Assert.True(cache.TryGet<string>("april", out _));
        Assert.True(cache.TryGet<string>("members", out _));
        Assert.Equal(2, cache.Count);
        Assert.Equal(1, cache.Counts.Invalidated);
    }

    [Fact]
    public void What_an_invalidation_overtakes_is_not_stored_and_leaves_the_newer_value_alone()
    {
        using var cache = Create();
        var before = cache.Tags.Now;
        CacheTag[] tags = [cache.Tags.Get("calendar")];
        cache.Tags.Invalidate("calendar");
        Assert.True(cache.Set("march", "new", new CacheEntryOptions { SizeBytes = 1, Started = cache.Tags.Now, Tags = tags }));

        Assert.False(cache.Set("march", "old", new CacheEntryOptions { SizeBytes = 1, Started = before, Tags = tags }));
        Assert.True(cache.TryGet<string>("march", out var value));
        Assert.Equal("new", value);
        Assert.Equal(1, cache.Counts.Overtaken);
    }

    [Fact]
    public void A_stale_value_is_only_seen_by_those_who_ask_for_it()
    {
        using var cache = Create();
        cache.Set("a", "answer", new CacheEntryOptions { SizeBytes = 1, TimeToLive = Minute, StaleFor = Minute });
        Assert.True(cache.TryPeek<string>("a", out _, out var state));
        Assert.True(state.IsValid);

        _clock.Advance(Minute);
        Assert.False(cache.TryGet<string>("a", out _));
        Assert.True(cache.TryPeek<string>("a", out var value, out state));
        Assert.Equal("answer", value);
        Assert.Equal(new CachedState(Minute, IsExpired: true, IsInvalidated: false), state);

        _clock.Advance(Minute);
        Assert.False(cache.TryPeek<string>("a", out _, out _));
        Assert.False(cache.TryGet<string>("a", out _));
        Assert.Equal(0, cache.Count);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void An_invalidated_value_is_kept_for_those_who_take_a_stale_one(bool endless)
    {
        using var cache = Create();
        cache.Set("a", "answer", new CacheEntryOptions { SizeBytes = 1, TimeToLive = endless ? null : Minute, StaleFor = Minute, Tags = [cache.Tags.Get("calendar")], Started = cache.Tags.Now });
        cache.Tags.Invalidate("calendar");

        Assert.False(cache.TryGet<string>("a", out _));
        Assert.True(cache.TryPeek<string>("a", out _, out var state));
        Assert.Equal(new CachedState(TimeSpan.Zero, IsExpired: false, IsInvalidated: true), state);
    }

    [Fact]
    public void Stale_values_go_before_valid_ones()
    {
        using var cache = Create(entries: 16);
        for (var i = 0; i < 8; i++)
            cache.Set($"stale{i}", "x", new CacheEntryOptions { SizeBytes = 1, TimeToLive = Minute, StaleFor = Minute * 100 });
        for (var i = 0; i < 8; i++)
            Set(cache, $"valid{i}");
        // Stale ones were popular.
        for (var i = 0; i < 80; i++)
            cache.TryGet<string>($"stale{i % 8}", out _);

        _clock.Advance(Minute);
        for (var i = 0; i < 8; i++)
            Set(cache, $"new{i}");
        Assert.All(Enumerable.Range(0, 8), i => Assert.True(cache.TryGet<string>($"valid{i}", out _)));
        Assert.All(Enumerable.Range(0, 8), i => Assert.True(cache.TryGet<string>($"new{i}", out _)));
        Assert.All(Enumerable.Range(0, 8), i => Assert.False(cache.TryPeek<string>($"stale{i}", out _, out _)));
    }

    [Fact]
    public void A_wall_clock_that_jumps_expires_nothing_that_is_relative_to_now()
    {
        using var cache = Create();
        cache.Set("a", "answer", new CacheEntryOptions { SizeBytes = 1, TimeToLive = Minute });
        ((IMemoryCache)cache).Set("b", "answer", new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Minute });

        _clock.SetUtcNow(_clock.GetUtcNow().AddYears(10));
        Assert.True(cache.TryGet<string>("a", out _));
        Assert.True(cache.TryGet<string>("b", out _));
    }

    [Fact]
    public void Entries_stay_within_both_bounds()
    {
        using var cache = Create(entries: 20, bytes: 10_000);
        for (var i = 0; i < 200; i++)
        {
            cache.Set($"{i}", "x", Sized(i % 7 * 100));
            Assert.InRange(cache.Counts.SizeBytes, 0, 10_000);
            Assert.InRange(cache.Count, 0, 20);
        }

        Assert.True(cache.IsIntact());
        Assert.True(cache.Counts.Evicted > 100);
    }

    [Fact]
    public void A_value_larger_than_its_share_of_the_budget_is_refused_and_takes_the_old_value_with_it()
    {
        using var cache = Create(bytes: 80_000);
        Assert.True(cache.Set("a", "small", Sized(100)));
        Assert.False(cache.Set("a", "large", Sized(10_001)));
        Assert.False(cache.TryGet<string>("a", out _));
        Assert.True(cache.Set("b", "fits", Sized(9_000)));
    }

    [Fact]
    public void A_large_value_does_not_displace_many_small_ones_that_are_used()
    {
        using var cache = Create(bytes: 40_000);
        for (var round = 0; round < 3; round++)
            for (var i = 0; i < 30; i++)
                if (!cache.TryGet<string>($"small{i}", out _))
                    cache.Set($"small{i}", "x", Sized(1000));

        Assert.False(cache.Set("large", "x", Sized(4_600)) && cache.Set("large2", "x", Sized(4_600)));
        Assert.InRange(Enumerable.Range(0, 30).Count(i => cache.TryGet<string>($"small{i}", out _)), 28, 30);
    }

    [Fact]
    public void A_smaller_budget_evicts_at_once()
    {
        using var cache = Create(bytes: 100_000);
        for (var i = 0; i < 50; i++)
            cache.Set($"{i}", "x", Sized(1000));
        cache.ByteBudget = 20_000;

        Assert.InRange(cache.Counts.SizeBytes, 1, 20_000);
        Assert.True(cache.IsIntact());
        cache.ByteBudget = 100_000;
        for (var i = 0; i < 50; i++)
            cache.Set($"{i}", "x", Sized(1000));
        Assert.Equal(50, cache.Count);
    }

    [Fact]
    public void The_number_of_entries_can_be_changed_while_it_is_full()
    {
        using var cache = Create(entries: 50);
        foreach (var entries in new[] { 50, 20, 300, 16, 100 })
        {
            cache.MaxEntries = entries;
            Assert.InRange(cache.Count, 0, entries);
            Assert.True(cache.IsIntact());
            for (var i = 0; i < 500; i++)
                Request(cache, $"{i}");
            Assert.Equal(entries, cache.Count);
            Assert.True(cache.IsIntact());
        }
    }

    [Fact]
    public void A_value_that_grows_is_counted_at_its_new_size()
    {
        using var cache = Create(bytes: 80_000);
        var value = "answer";
        cache.Set("a", value, Sized(100));
        var before = cache.Counts.SizeBytes;

        Assert.True(cache.Resize("a", value, 150));
        Assert.Equal(before + 50, cache.Counts.SizeBytes);
        Assert.False(cache.Resize("a", new string('x', 3), 200));
        Assert.False(cache.Resize("b", value, 200));
        Assert.False(cache.Resize("a", value, 10_001));
        Assert.False(cache.TryGet<string>("a", out _));
        Assert.Equal(0, cache.Counts.SizeBytes);
    }

    [Fact]
    public void What_is_never_evicted_stays_and_still_counts()
    {
        using var cache = Create(entries: 16);
        for (var i = 0; i < 16; i++)
            Assert.True(cache.Set($"pinned{i}", "x", new CacheEntryOptions { SizeBytes = 1, Priority = CacheItemPriority.NeverRemove }));
        Assert.False(cache.Set("one more", "x", new CacheEntryOptions { SizeBytes = 1, Priority = CacheItemPriority.NeverRemove }));
        Assert.False(cache.Set("normal", "x", Sized(1)));
        Assert.True(cache.Set("pinned0", "y", new CacheEntryOptions { SizeBytes = 1, Priority = CacheItemPriority.NeverRemove }));

        Assert.Equal(16, cache.Count);
        Assert.True(cache.IsIntact());
    }

    [Fact]
    public void A_prefetched_value_of_low_priority_displaces_nothing()
    {
        using var cache = Create(entries: 100);
        for (var i = 0; i < 100; i++)
            Set(cache, $"asked{i}");
        for (var i = 0; i < 200; i++)
            cache.Set($"prefetched{i % 10}", "x", new CacheEntryOptions { SizeBytes = 1, Priority = CacheItemPriority.Low });

        Assert.InRange(Enumerable.Range(0, 100).Count(i => cache.TryGet<string>($"asked{i}", out _)), 98, 100);
    }

    [Fact]
    public void Popular_values_survive_a_scan()
    {
        using var cache = Create(entries: 100);
        for (var round = 0; round < 5; round++)
            for (var i = 0; i < 80; i++)
                Request(cache, $"popular{i}");
        for (var i = 0; i < 10_000; i++)
            Request(cache, $"scanned{i}");

        Assert.InRange(Enumerable.Range(0, 80).Count(i => cache.TryGet<string>($"popular{i}", out _)), 70, 80);
    }

    [Fact]
    public void A_loop_a_little_larger_than_the_cache_keeps_hitting()
    {
        using var cache = Create(entries: 1000);
        for (var i = 0; i < 300_000; i++)
            Request(cache, $"{i % 1011}");

        // In order of use every one of them would be a miss.
        Assert.InRange(cache.Counts.Hits, 280_000, 300_000);
        Assert.InRange(cache.Counts.WindowShare, 0.01, 0.02);
    }

    [Fact]
    public void The_window_grows_where_the_newest_is_asked_for_again()
    {
        using var cache = Create(entries: 200);
        for (var i = 0; i < 20_000; i++)
        {
            Request(cache, $"{i}");
            Request(cache, $"{Math.Max(0, i - 30)}");
        }

        Assert.InRange(cache.Counts.WindowShare, 0.1, 0.9);
        Assert.InRange(cache.Counts.Hits, 18_000, 20_000);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var hits = new long[2];
        for (var run = 0; run < 2; run++)
        {
            using var cache = Create(entries: 64);
            var random = new Random(7);
            for (var i = 0; i < 20_000; i++)
                Request(cache, $"{(int)Math.Pow(random.NextDouble() * 20, 2)}");
            hits[run] = cache.Counts.Hits;
        }

        Assert.Equal(hits[0], hits[1]);
    }

    [Fact]
    public void Clearing_empties_it()
    {
        using var cache = Create();
        Set(cache, "a");
        ((IMemoryCache)cache).Set(1, "x", new MemoryCacheEntryOptions { Size = 1 });
        cache.Clear();
        Assert.Equal(0, cache.Count);
        Assert.Equal(0, cache.Counts.SizeBytes);
        Assert.True(cache.IsIntact());
    }

    [Fact]
    public void Bounds_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(entries: 15));
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(bytes: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveMemoryCache(new AdaptiveMemoryCacheOptions { LargestShare = 0 }, _clock));
        using var cache = Create();
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Set("a", "x", Sized(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Set("a", "x", new CacheEntryOptions { SizeBytes = 1, TimeToLive = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.ByteBudget = 0);
    }

    private AdaptiveMemoryCache Create(int entries = 1000, long bytes = 1 << 20) =>
        new(new AdaptiveMemoryCacheOptions { MaxEntries = entries, ByteBudget = bytes, Seed = 1 }, _clock);

    private static CacheEntryOptions Sized(long bytes) => new() { SizeBytes = bytes };

    private static void Set(AdaptiveMemoryCache cache, string key, params string[] tags)
    {
        var started = cache.Tags.Now;
        Assert.True(cache.Set(key, "x", new CacheEntryOptions { SizeBytes = 1, Started = started, Tags = [.. tags.Select(cache.Tags.Get)] }));
    }

    private static void Request(AdaptiveMemoryCache cache, string key)
    {
        if (!cache.TryGet<string>(key, out _))
            cache.Set(key, "x", Sized(1));
    }
}
