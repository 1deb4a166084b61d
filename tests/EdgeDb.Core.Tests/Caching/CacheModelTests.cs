using EdgeDb.Core.Caching;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeDb.Core.Tests.Caching;

/// <summary>Random histories against a dictionary that never evicts.</summary>
public sealed class CacheModelTests
{
    private const int Keys = 40;
    private const int TagCount = 5;

    public enum Kind
    {
        Get,
        Set,
        SetStarted,
        Invalidate,
        Advance,
        Remove,
        Resize,
        Shrink,
    }

    [Fact]
    public void A_large_cache_answers_exactly_as_the_model() => Run(entries: 1000, bytes: 1 << 24, exact: true);

    [Fact]
    public void A_small_cache_answers_with_what_the_model_has_or_not_at_all() => Run(entries: 16, bytes: 20_000, exact: false);

    private static void Run(int entries, long bytes, bool exact)
    {
        var step = from kind in Gen.Elements(Enum.GetValues<Kind>()) from key in Gen.Choose(0, Keys - 1) from number in Gen.Choose(0, 30) select (kind, key, number);
        var histories = step.ListOf(200);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100).WithQuietOnSuccess(true).WithReplay(1, 3),
            Prop.ForAll(histories.ToArbitrary(), history => Follow(history, entries, bytes, exact)));
    }

    private static void Follow(IEnumerable<(Kind Kind, int Key, int Number)> history, int entries, long bytes, bool exact)
    {
        var clock = new ManualTimeProvider();
        using var cache = new AdaptiveMemoryCache(new AdaptiveMemoryCacheOptions { MaxEntries = entries, ByteBudget = bytes, Seed = 1 }, clock);
        var model = new Dictionary<string, Known>();
        var invalidated = new long[TagCount];
        // A tag that is not known yet counts as invalidated now; here they are known from the start.
        CacheTag[] tags = [.. Enumerable.Range(0, TagCount).Select(tag => cache.Tags.Get($"tag{tag}"))];
        var (time, version) = (0, 0L);
        // A computation begun some steps ago.
        var (started, startedVersion) = (cache.Tags.Now, version);
        foreach (var (kind, number, amount) in history)
        {
            var key = $"key{number}";
            var tag = amount % TagCount;
            switch (kind)
            {
                case Kind.Get:
                    var expected = model.TryGetValue(key, out var known) && time < known.Until && invalidated[known.Tag] <= known.Started ? known.Value : null;
                    var found = cache.TryGet<object>(key, out var value);
                    Assert.True(found ? ReferenceEquals(value, expected) : expected is null || !exact);
                    break;
                case Kind.Set or Kind.SetStarted:
                    var entry = new Known(new object(), time + 1 + amount, tag, kind == Kind.Set ? version : startedVersion);
                    var stored = cache.Set(key, entry.Value, new CacheEntryOptions
                    {
                        SizeBytes = amount * 50,
                        TimeToLive = TimeSpan.FromSeconds(1 + amount),
                        Tags = [tags[tag]],
                        Started = kind == Kind.Set ? cache.Tags.Now : started,
                    });
                    if (invalidated[tag] > entry.Started)
                        Assert.False(stored);
                    else if (exact)
                        Assert.Equal(cache.TryGet<object>(key, out _), stored);
                    if (stored)
                        model[key] = entry;
                    else if (invalidated[tag] <= entry.Started)
                        model.Remove(key);
                    break;
                case Kind.Invalidate:
                    (started, startedVersion) = (cache.Tags.Now, version);
                    invalidated[tag] = ++version;
                    cache.Tags.Invalidate($"tag{tag}");
                    break;
                case Kind.Advance:
                    time += amount;
                    clock.Advance(TimeSpan.FromSeconds(amount));
                    break;
                case Kind.Remove:
                    model.Remove(key);
                    cache.Remove(key);
                    break;
                case Kind.Resize:
                    if (model.TryGetValue(key, out var resized))
                        cache.Resize(key, resized.Value, amount * 40);
                    break;
                case Kind.Shrink:
                    if (!exact)
                        cache.ByteBudget = 10_000 + (amount * 500);
                    break;
            }

            Assert.InRange(cache.Counts.SizeBytes, 0, cache.ByteBudget);
            Assert.InRange(cache.Count, 0, entries);
        }

        Assert.True(cache.IsIntact());
    }

    private sealed record Known(object Value, int Until, int Tag, long Started);
}
