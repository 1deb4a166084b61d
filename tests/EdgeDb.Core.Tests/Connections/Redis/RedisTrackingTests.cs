using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

public sealed class RedisTrackingTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_key_that_was_read_is_told_once_when_it_changes_expires_or_is_removed()
    {
        await using var server = await RedisServer.StartAsync();
        var cache = new Cache();
        await using var reader = await OpenAsync(server, cache);
        await using var writer = await server.OpenAsync();
        foreach (var key in new[] { "changed", "removed", "expired" })
        {
            await writer.SetAsync(key, "1", Minute, false, None);
            await ReadAsync(reader, key);
        }

        await ReadAsync(reader, "missing");
        await writer.SetAsync("unread", "2", Minute, false, None);
        await writer.SetAsync("changed", "2", Minute, false, None);
        await writer.SetAsync("changed", "3", Minute, false, None);
        await writer.UnlinkAsync(["removed"], None);
        await writer.ExecuteAsync("PEXPIRE", ["expired", 1], 0, static (_, _) => 0, None);
        await writer.SetAsync("missing", "now there", Minute, false, None);
        // An expiry is told when it happens, after the change of the expiry itself.
        await cache.SawAsync("*", "changed", "removed", "expired", "missing");
    }

    [Fact]
    public async Task In_broadcast_every_change_below_the_prefixes_is_told_and_own_ones_are_not()
    {
        await using var server = await RedisServer.StartAsync();
        var cache = new Cache();
        await using var reader = await OpenAsync(server, cache, new RedisTracking { Prefixes = ["a:", "b:"], ExceptOwnChanges = true });
        await using var writer = await server.OpenAsync();
        await reader.SetAsync("a:own", "1", Minute, false, None);
        await writer.SetAsync("a:1", "1", Minute, false, None);
        await writer.SetAsync("c:1", "1", Minute, false, None);
        await writer.SetAsync("b:1", "1", Minute, false, None);
        await cache.SawAsync("*", "a:1", "b:1");
    }

    [Fact]
    public async Task A_flush_of_the_database_tells_that_everything_may_have_changed()
    {
        await using var server = await RedisServer.StartAsync();
        var cache = new Cache();
        await using var reader = await OpenAsync(server, cache);
        await using var writer = await server.OpenAsync();
        await ReadAsync(reader, "key");
        await writer.ExecuteAsync("FLUSHALL", [], 0, static (_, _) => 0, None);
        await cache.SawAsync("*", "*");
    }

    [Fact]
    public async Task Losing_the_connection_tells_that_everything_may_have_changed_and_the_next_one_is_tracked_again()
    {
        await using var server = await RedisServer.StartAsync();
        var cache = new Cache();
        await using (await OpenAsync(server, cache))
            await server.KillAsync();
        await cache.SawAsync("*", "*");

        await server.StartAgainAsync();
        await using var reader = await OpenAsync(server, cache);
        await using var writer = await server.OpenAsync();
        await ReadAsync(reader, "key");
        await writer.SetAsync("key", "1", Minute, false, None);
        await cache.SawAsync("*", "*", "*", "key");
    }

    [Fact]
    public async Task A_second_connection_does_not_empty_the_cache_and_the_loss_of_either_does()
    {
        await using var server = await RedisServer.StartAsync();
        var cache = new Cache();
        var invalidations = new RedisInvalidations(cache);
        var settings = server.Settings with { Tracking = new RedisTracking() };
        await using var first = await server.OpenAsync(settings, invalidations);
        await using (await server.OpenAsync(settings, invalidations))
            await cache.SawAsync("*");
        await cache.SawAsync("*", "*");
    }

    [Fact]
    public async Task A_read_that_an_invalidation_overtakes_is_not_current()
    {
        await using var server = await RedisServer.StartAsync();
        var cache = new Cache();
        var invalidations = new RedisInvalidations(cache);
        await using var reader = await server.OpenAsync(server.Settings with { Tracking = new RedisTracking() }, invalidations);
        await using var writer = await server.OpenAsync();
        var undisturbed = invalidations.BeginRead("other"u8);
        var read = invalidations.BeginRead("key"u8);
        await ReadAsync(reader, "key");
        Assert.True(invalidations.IsCurrent(read));

        // The answer is here, the caller has not stored it yet, and the key changes.
        await writer.SetAsync("key", "new", Minute, false, None);
        await cache.SawAsync("*", "key");
        Assert.False(invalidations.IsCurrent(read));
        Assert.True(invalidations.IsCurrent(undisturbed));

        await server.KillAsync();
        await cache.SawAsync("*", "key", "*");
        Assert.False(invalidations.IsCurrent(undisturbed));
    }

    [Fact]
    public async Task A_cache_that_fills_later_or_in_the_callback_never_keeps_an_old_value_under_constant_change()
    {
        await using var server = await RedisServer.StartAsync();
        var inCallback = new Cache();
        var later = new Cache();
        var invalidations = new RedisInvalidations(later);
        await using var callbackReader = await OpenAsync(server, inCallback);
        await using var laterReader = await server.OpenAsync(server.Settings with { Tracking = new RedisTracking() }, invalidations);
        await using var writer = await server.OpenAsync();
        using var stop = new CancellationTokenSource();
        string[] keys = ["k0", "k1", "k2"];
        foreach (var key in keys)
            await writer.SetAsync(key, "0", Minute, false, None);
        var reading = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var key in keys)
                {
                    if (i % 2 == 0)
                        await callbackReader.GetAsync(key, (inCallback, key), static (reply, fill) => fill.inCallback.Values[fill.key] = reply.AsText(), None);
                    else
                        await FillLaterAsync(key);
                }
            }
        })).ToArray();
        for (var value = 1; value <= 2000; value++)
            await Task.WhenAll(keys.Select(key => writer.SetAsync(key, value.ToString(CultureInfo.InvariantCulture), Minute, false, None).AsTask()));
        await stop.CancelAsync();
        await Task.WhenAll(reading);
        // Behind the answer to a ping nothing that was written before it is still on its way.
        await callbackReader.PingAsync(None);
        await laterReader.PingAsync(None);

        foreach (var key in keys)
        {
            Assert.True(inCallback.Values.GetValueOrDefault(key, "2000") == "2000", $"{key} is {inCallback.Values.GetValueOrDefault(key)} in the cache filled in the callback.");
            Assert.True(later.Values.GetValueOrDefault(key, "2000") == "2000", $"{key} is {later.Values.GetValueOrDefault(key)} in the cache filled later.");
        }

        async Task FillLaterAsync(string key)
        {
            var read = invalidations.BeginRead(Encoding.UTF8.GetBytes(key));
            var value = await laterReader.GetAsync(key, 0, static (reply, _) => reply.AsText(), None);
            await Task.Yield();
            later.Values[key] = value;
            if (!invalidations.IsCurrent(read))
                later.Values.TryRemove(key, out _);
        }
    }

    [Fact]
    public async Task A_user_who_may_not_turn_tracking_on_is_told_what_to_allow()
    {
        await using var server = await RedisServer.StartAsync("--user", "app", "on", ">secret", "~*", "+get", "--user", "default", "off");
        var failure = await Assert.ThrowsAsync<RedisException>(
            () => server.OpenAsync(server.Settings with { User = "app", Password = "secret", Tracking = new RedisTracking() }, new RedisInvalidations(new Cache())));
        Assert.Contains("User 'app' may not run CLIENT TRACKING; allow it", failure.Message, StringComparison.Ordinal);
    }

    private static Task<RedisConnection> OpenAsync(RedisServer server, Cache cache, RedisTracking? tracking = null) =>
        server.OpenAsync(server.Settings with { Tracking = tracking ?? new RedisTracking() }, new RedisInvalidations(cache));

    private static async Task ReadAsync(RedisConnection connection, string key) => await connection.GetAsync(key, 0, static (_, _) => 0, None);

    /// <summary>Remembers what it was told, "*" for everything.</summary>
    private sealed class Cache : IRedisInvalidationHandler
    {
        private readonly ConcurrentQueue<string> _told = new();

        public ConcurrentDictionary<string, string> Values { get; } = new();

        public void OnChanged(ReadOnlySpan<byte> key)
        {
            var text = Encoding.UTF8.GetString(key);
            Values.TryRemove(text, out _);
            _told.Enqueue(text);
        }

        public void OnEverythingMayHaveChanged()
        {
            Values.Clear();
            _told.Enqueue("*");
        }

        /// <summary>Waits for as many as are expected and compares them.</summary>
        public async Task SawAsync(params string[] expected)
        {
            await Eventually.IsTrueAsync(() => _told.Count >= expected.Length, $"as many are told as [{string.Join(", ", expected)}]");
            Assert.Equal(expected, _told);
        }
    }
}
