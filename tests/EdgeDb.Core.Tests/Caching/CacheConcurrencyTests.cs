using EdgeDb.Core.Caching;
using Microsoft.Extensions.Caching.Memory;
using Xunit;

namespace EdgeDb.Core.Tests.Caching;

public sealed class CacheConcurrencyTests
{
    private const int Threads = 4;

    [Fact]
    public async Task Counts_bytes_lists_and_table_agree_after_everything_at_once()
    {
        var clock = new ManualTimeProvider();
        using var cache = new AdaptiveMemoryCache(new AdaptiveMemoryCacheOptions { MaxEntries = 64, ByteBudget = 60_000, Seed = 1 }, clock);
        var lookUps = 0L;
        await AtOnceAsync(thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 20_000; i++)
            {
                var key = $"{random.Next(200)}";
                switch (random.Next(40))
                {
                    case 0:
                        cache.Remove(key);
                        break;
                    case 1:
                        cache.Tags.Invalidate($"tag{random.Next(8)}");
                        break;
                    case 2:
                        cache.ByteBudget = random.Next(20_000, 60_000);
                        cache.MaxEntries = random.Next(16, 64);
                        break;
                    case 3:
                        cache.Compact(0.1);
                        break;
                    case 4:
                        ((IMemoryCache)cache).Set(key, key, new MemoryCacheEntryOptions { Size = 500, SlidingExpiration = TimeSpan.FromSeconds(5) });
                        break;
                    case 5:
                        if (cache.TryPeek<string>(key, out var peeked, out _))
                            cache.Resize(key, peeked, random.Next(2000));
                        break;
                    case 6:
                        clock.Advance(TimeSpan.FromMilliseconds(100));
                        break;
                    case 7 when random.Next(50) == 0:
                        cache.Clear();
                        break;
                    default:
                        Interlocked.Increment(ref lookUps);
                        if (cache.TryGet<string>(key, out var found))
                            Assert.Equal(key, found);
                        else
                            cache.Set(key, key, new CacheEntryOptions
                            {
                                SizeBytes = random.Next(1500),
                                TimeToLive = TimeSpan.FromSeconds(10),
                                StaleFor = TimeSpan.FromSeconds(random.Next(2) * 10),
                                Started = cache.Tags.Now,
                                Tags = [cache.Tags.Get($"tag{random.Next(8)}")],
                                Priority = (CacheItemPriority)random.Next(3),
                            });
                        break;
                }
            }
        });

        Assert.True(cache.IsIntact());
        var counts = cache.Counts;
        Assert.Equal(lookUps, counts.Hits + counts.Misses);
        Assert.InRange(counts.Entries, 0, 64);
        Assert.InRange(counts.SizeBytes, 0, cache.ByteBudget);
    }

    [Fact]
    public async Task Nobody_who_asks_after_an_invalidation_gets_what_was_computed_before_it()
    {
        using var cache = new AdaptiveMemoryCache(new AdaptiveMemoryCacheOptions { Seed = 1 }, TimeProvider.System);
        var row = 0;
        var announced = 0;
        var tooOld = 0;
        await AtOnceAsync(thread =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (thread == 0)
                {
                    Volatile.Write(ref row, i);
                    cache.Tags.Invalidate("row");
                    Volatile.Write(ref announced, i);
                    continue;
                }

                var atLeast = Volatile.Read(ref announced);
                if (cache.TryGet<string>("answer", out var answer))
                {
                    if (int.Parse(answer, System.Globalization.CultureInfo.InvariantCulture) < atLeast)
                        Interlocked.Increment(ref tooOld);
                    continue;
                }

                var started = cache.Tags.Now;
                var read = Volatile.Read(ref row);
                cache.Set("answer", $"{read}", new CacheEntryOptions { SizeBytes = 1, Started = started, Tags = [cache.Tags.Get("row")] });
            }
        });

        Assert.Equal(0, tooOld);
        // The last value is cached at the end: refusing everything would pass the above.
        cache.Set("answer", "last", new CacheEntryOptions { SizeBytes = 1, Started = cache.Tags.Now, Tags = [cache.Tags.Get("row")] });
        Assert.True(cache.TryGet<string>("answer", out _));
        Assert.True(cache.IsIntact());
    }

    private static async Task AtOnceAsync(Action<int> work)
    {
        using var start = new Barrier(Threads);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                work(thread);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }
}
