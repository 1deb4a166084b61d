using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

/// <summary>A real server and a bad network in between.</summary>
public sealed class RedisFaultTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    // Several times the sum of all limits below, on a machine that runs other tests.
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Behind_a_pulled_cable_nobody_waits_past_the_deadline_and_traffic_is_back_soon_after()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var pool = Pool(proxy);
        await EchoAsync(pool, "before");

        proxy.SetBlackhole(true);
        for (var i = 0; i < 3; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await Assert.ThrowsAnyAsync<Exception>(() => Task.WhenAll(Enumerable.Range(0, 20).Select(_ => EchoAsync(pool, "lost"))));
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Generous);
        }

        proxy.SetBlackhole(false);
        var plugged = Stopwatch.GetTimestamp();
        while (!await TryEchoAsync(pool))
            Assert.InRange(Stopwatch.GetElapsedTime(plugged), TimeSpan.Zero, Generous);
    }

    [Fact]
    public async Task Resets_under_traffic_cost_failures_but_never_a_wrong_answer()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var pool = Pool(proxy);
        proxy.Fault = ProxyFault.Reset;
        proxy.FaultRate = 0.01;
        var good = 0;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async caller =>
        {
            for (var i = 0; i < 200; i++)
            {
                // Echo compares the answer with what was sent.
                if (await TryEchoAsync(pool, string.Create(CultureInfo.InvariantCulture, $"{caller}/{i}")))
                    Interlocked.Increment(ref good);
            }
        }));
        Assert.True(proxy.AcceptedConnections > 1, "No connection was cut.");
        Assert.True(good > 1000, $"{good} of 4000 calls were answered.");
    }

    [Fact]
    public async Task A_large_answer_over_a_slow_link_is_late_for_its_caller_and_leaves_the_connection_in_order()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        var time = new ManualTimeProvider();
        await using var connection = await server.OpenAsync(server.Settings with { Address = Settings(proxy).Address }, time: time);
        await connection.SetAsync("large", new byte[2 << 20], Minute, false, None);
        // Eight seconds on the line, and the caller's time is over before.
        proxy.ToClient.BytesPerSecond = 256 << 10;
        var late = connection.GetAsync("large", 0, static (_, _) => 0, None).AsTask();
        time.Advance(server.Settings.CommandTimeout);
        Assert.Equal(RedisFailure.Timeout, (await Assert.ThrowsAsync<RedisException>(() => late)).Failure);
        proxy.ToClient.BytesPerSecond = 0;
        await Eventually.IsTrueAsync(() => connection.InFlight == 0, "every answer has come");
        Assert.Equal("after", await connection.ExecuteAsync("ECHO", ["after"], 0, static (reply, _) => reply.AsText(), None));
        Assert.Equal(1, connection.LateAnswers);
    }

    private static RedisSettings Settings(FaultProxy proxy) => new()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{proxy.Port}"),
        ConnectTimeout = TimeSpan.FromSeconds(2),
        CommandTimeout = TimeSpan.FromSeconds(1),
        SilenceLimit = TimeSpan.FromSeconds(2),
    };

    private static ConnectionPool<RedisConnection> Pool(FaultProxy proxy) => new(
        new RedisSource("cache", Settings(proxy), null, TimeProvider.System, NullLogger.Instance),
        new ConnectionPoolOptions { MaxSize = 2, LeasesPerConnection = 100, AcquireTimeout = TimeSpan.FromSeconds(2) }, null, TimeProvider.System, NullLogger.Instance);

    private static async Task EchoAsync(ConnectionPool<RedisConnection> pool, string text)
    {
        using var lease = await pool.AcquireAsync(ConnectionRole.Read, 0, Timeout.InfiniteTimeSpan, None);
        Assert.Equal(text, await lease.Connection.ExecuteAsync("ECHO", [text], 0, static (reply, _) => reply.AsText(), None));
    }

    private static async Task<bool> TryEchoAsync(ConnectionPool<RedisConnection> pool, string text = "again")
    {
        try
        {
            await EchoAsync(pool, text);
            return true;
        }
        catch (Exception failure) when (failure is RedisException or ConnectionOpenException or PoolBusyException)
        {
            return false;
        }
    }
}
