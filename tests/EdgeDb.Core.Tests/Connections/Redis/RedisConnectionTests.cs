using System.Collections.Concurrent;
using System.Globalization;
using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

public sealed class RedisConnectionTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_value_that_was_set_is_read_until_it_is_removed()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync();

        Assert.Null(await TextAsync(connection, "key"));
        await connection.SetAsync("key", "a value: äöü€😀", Minute, false, None);
        Assert.Equal("a value: äöü€😀", await TextAsync(connection, "key"));
        Assert.InRange(await NumberAsync(connection, "PTTL", ["key"]), 50_000, 60_000);
        Assert.False(await connection.SetAsync("key", "another", Minute, true, None));
        Assert.True(await connection.SetAsync("new", "value", Minute, true, None));
        Assert.Equal(1, await connection.UnlinkAsync(["key", "none"], None));
        Assert.Null(await TextAsync(connection, "key"));
    }

    [Fact]
    public async Task Any_bytes_come_back_as_they_were()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync();
        foreach (var size in new[] { 0, 1, 4095, 4096, 16_383, 16_384, 65_536, 1_000_000 })
        {
            var bytes = new byte[size];
            new Random(size).NextBytes(bytes);
            await connection.SetAsync("key", bytes, Minute, false, None);
            Assert.Equal(bytes, await connection.GetAsync("key", 0, static (reply, _) => reply.AsBytes().ToArray(), None));
        }
    }

    [Fact]
    public async Task A_thousand_callers_at_once_each_get_their_own_answer()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{caller}/{i}");
                Assert.Equal(text, await connection.ExecuteAsync("ECHO", [text], 0, static (reply, _) => reply.AsText(), None));
            }
        })));
        Assert.Equal(0, connection.InFlight);
    }

    [Fact]
    public async Task Commands_of_one_caller_run_in_the_order_they_were_given()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync();
        var order = new ConcurrentQueue<long>();
        var calls = Enumerable.Range(1, 1000)
            .Select(_ => connection.ExecuteAsync("INCR", ["counter"], order, static (reply, order) =>
            {
                order.Enqueue(reply.AsInt64());
                return reply.AsInt64();
            }, None).AsTask())
            .ToArray();

        Assert.Equal(Enumerable.Range(1, 1000).Select(n => (long)n), await Task.WhenAll(calls));
        Assert.Equal(Enumerable.Range(1, 1000).Select(n => (long)n), order);
    }

    [Fact]
    public async Task An_error_answer_and_a_callback_that_throws_fail_their_own_call_only()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync();
        await connection.SetAsync("key", "text", Minute, false, None);
        var before = TextAsync(connection, "key");
        var wrong = NumberAsync(connection, "LPUSH", ["key", "x"]);
        var throwing = connection.GetAsync<int, int>("key", 0, static (_, _) => throw new FormatException("mine"), None).AsTask();
        var unlike = NumberAsync(connection, "GET", ["key"]);
        var after = TextAsync(connection, "key");

        Assert.Equal("text", await before);
        var failure = await Assert.ThrowsAsync<RedisException>(() => wrong);
        Assert.Equal((RedisFailure.Server, "WRONGTYPE"), (failure.Failure, failure.Code));
        Assert.StartsWith("LPUSH failed: WRONGTYPE", failure.Message, StringComparison.Ordinal);
        Assert.Equal("mine", (await Assert.ThrowsAsync<FormatException>(() => throwing)).Message);
        await Assert.ThrowsAsync<InvalidOperationException>(() => unlike);
        Assert.Equal("text", await after);
        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task A_script_is_sent_once_and_named_by_its_hash_from_then_on()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync();
        var script = new RedisScript("return {KEYS[1], ARGV[1], 7, false}");
        for (var i = 0; i < 2; i++)
            Assert.Equal("k,a,7,Null", await RunAsync());
        var calls = await connection.ExecuteAsync("INFO", ["commandstats"], 0, static (reply, _) => reply.AsText(), None);
        Assert.Contains("cmdstat_eval:calls=1,", calls, StringComparison.Ordinal);
        Assert.Contains("cmdstat_evalsha:calls=2,", calls, StringComparison.Ordinal);

        await connection.ExecuteAsync("SCRIPT", ["FLUSH"], 0, static (_, _) => 0, None);
        Assert.Equal("k,a,7,Null", await RunAsync());

        Task<string> RunAsync() => connection.EvaluateAsync(script, new RedisArgument[] { "k" }, new RedisArgument[] { "a" }, 0, static (reply, _) =>
        {
            var parts = new List<string>();
            foreach (var part in reply)
                parts.Add(part.Kind switch { RespKind.Number => part.AsInt64().ToString(CultureInfo.InvariantCulture), RespKind.Null => "Null", _ => part.AsText() });
            return string.Join(',', parts);
        }, None).AsTask();
    }

    [Fact]
    public async Task An_answer_above_the_limit_is_skipped_in_little_memory_and_its_neighbours_live()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync(server.Settings with { MaxReplyBytes = 1 << 20, MaxUnsentBytes = 64 << 20 });
        await connection.SetAsync("large", new byte[50 << 20], Minute, false, None);
        await connection.SetAsync("small", "here", Minute, false, None);
        for (var i = 0; i < 20_000; i++)
            await connection.ExecuteAsync("RPUSH", ["many", new byte[100]], 0, static (_, _) => 0, None);

        var before = TextAsync(connection, "small");
        var large = TextAsync(connection, "large");
        var between = TextAsync(connection, "small");
        var many = NumberAsync(connection, "LRANGE", ["many", 0, -1]);
        var after = TextAsync(connection, "small");
        var failure = await Assert.ThrowsAsync<RedisException>(() => large);
        Assert.Equal(RedisFailure.TooLarge, failure.Failure);
        Assert.Contains("The answer to GET is larger than MaxReplyBytes (1048576)", failure.Message, StringComparison.Ordinal);
        Assert.Equal(RedisFailure.TooLarge, (await Assert.ThrowsAsync<RedisException>(() => many)).Failure);
        Assert.All(await Task.WhenAll(before, between, after), static text => Assert.Equal("here", text));
    }

    [Fact]
    public async Task Fifty_megabytes_come_whole_when_the_limits_allow_them()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync(server.Settings with { MaxReplyBytes = 64 << 20, MaxUnsentBytes = 64 << 20 });
        var bytes = new byte[50 << 20];
        new Random(1).NextBytes(bytes);
        await connection.SetAsync("large", bytes, Minute, false, None);
        Assert.True(await connection.GetAsync("large", bytes, static (reply, bytes) => reply.AsBytes().SequenceEqual(bytes), None));
    }

    [Theory]
    [InlineData("subscribe", "channel", "push")]
    [InlineData("BLPOP", "list", "waits in the server")]
    [InlineData("SELECT", "1", "use the settings")]
    [InlineData("multi", "", "use a script")]
    [InlineData("CLIENT", "reply", "use the settings")]
    [InlineData("XREAD", "block", "waits in the server")]
    public async Task A_command_that_would_harm_other_callers_is_refused_with_the_reason(string command, string argument, string reason)
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync();
        var failure = Assert.Throws<ArgumentException>(() => { _ = NumberAsync(connection, command, [argument]); });
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.True(await NumberAsync(connection, "CLIENT", ["ID"]) > 0);
        Assert.True(await connection.ExecuteAsync("XREAD", ["STREAMS", "block", 0], 0, static (reply, _) => reply.IsNull, None));
    }

    [Fact]
    public async Task Everything_that_waits_fails_when_the_server_dies_and_says_so()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync();
        server.Freeze();
        var waiting = Enumerable.Range(0, 100).Select(_ => TextAsync(connection, "key")).ToArray();
        await server.KillAsync();

        foreach (var call in waiting)
        {
            var failure = await Assert.ThrowsAsync<RedisException>(() => call);
            Assert.Equal(RedisFailure.Lost, failure.Failure);
            Assert.StartsWith("GET has no answer: ", failure.Message, StringComparison.Ordinal);
        }

        Assert.False(connection.IsOpen);
        var later = await Assert.ThrowsAsync<RedisException>(() => TextAsync(connection, "key"));
        Assert.Equal(RedisFailure.Connect, later.Failure);
        Assert.StartsWith("GET was not sent: ", later.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_traffic_a_restart_costs_failures_but_never_a_wrong_answer()
    {
        await using var server = await RedisServer.StartAsync();
        using var stop = new CancellationTokenSource();
        var connection = await server.OpenAsync();
        var good = 0;
        var lost = 0;
        var callers = Enumerable.Range(0, 50).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{caller}/{i}");
                try
                {
                    Assert.Equal(text, await Volatile.Read(ref connection).ExecuteAsync("ECHO", [text], 0, static (reply, _) => reply.AsText(), None));
                    Interlocked.Increment(ref good);
                }
                catch (RedisException failure) when (failure.Failure is RedisFailure.Lost or RedisFailure.Connect)
                {
                    Interlocked.Increment(ref lost);
                    await Task.Yield();
                }
            }
        })).ToArray();
        for (var restart = 0; restart < 3; restart++)
        {
            var before = Volatile.Read(ref good);
            await Eventually.IsTrueAsync(() => Volatile.Read(ref good) >= before + 1000, "traffic goes on");
            await server.KillAsync();
            await server.StartAgainAsync();
            await using var old = Interlocked.Exchange(ref connection, await server.OpenAsync());
            Assert.False(old.IsOpen);
        }

        var last = Volatile.Read(ref good);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref good) >= last + 1000, "traffic goes on");
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        await connection.DisposeAsync();
        Assert.True(lost > 0);
    }

    [Fact]
    public async Task Closing_fails_what_waits_and_refuses_what_comes()
    {
        await using var server = await RedisServer.StartAsync();
        var connection = await server.OpenAsync();
        server.Freeze();
        var waiting = TextAsync(connection, "key");
        await connection.DisposeAsync();
        Assert.Contains("was closed", (await Assert.ThrowsAsync<RedisException>(() => waiting)).Message, StringComparison.Ordinal);
        Assert.Contains("was closed", (await Assert.ThrowsAsync<RedisException>(() => TextAsync(connection, "key"))).Message, StringComparison.Ordinal);
        await connection.DisposeAsync();
    }

    private static Task<string?> TextAsync(RedisConnection connection, string key) =>
        connection.GetAsync(key, 0, static (reply, _) => reply.IsNull ? null : reply.AsText(), None).AsTask();

    private static Task<long> NumberAsync(RedisConnection connection, string command, RedisArgument[] arguments) =>
        connection.ExecuteAsync(command, arguments, 0, static (reply, _) => reply.AsInt64(), None).AsTask();
}
