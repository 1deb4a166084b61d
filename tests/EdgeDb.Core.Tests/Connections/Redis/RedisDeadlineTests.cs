using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

/// <summary>Servers that answer late or not at all, on a clock that the tests move.</summary>
public sealed class RedisDeadlineTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_late_answer_costs_its_caller_only_and_the_next_answer_meets_its_own_command()
    {
        var time = new ManualTimeProvider();
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync(time: time);
        server.Freeze();
        var late = EchoAsync(connection, "late");
        time.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.False(late.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await Assert.ThrowsAsync<RedisException>(() => late);
        Assert.Equal(RedisFailure.Timeout, failure.Failure);
        Assert.Equal(
            $"No answer to ECHO within 10,000 ms (CommandTimeout) from redis://127.0.0.1:{server.Port}/0: 1 commands in flight, 0 bytes not sent yet, " +
            "last byte received 10,000 ms ago. The command may still run.", failure.Message);

        var behind = EchoAsync(connection, "behind");
        Assert.Equal(2, connection.InFlight);
        server.Thaw();
        Assert.Equal("behind", await behind);
        Assert.Equal(1, connection.LateAnswers);
        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task Each_command_has_its_own_deadline()
    {
        var time = new ManualTimeProvider();
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync(time: time);
        server.Freeze();
        var first = EchoAsync(connection, "first");
        time.Advance(TimeSpan.FromSeconds(4));
        var second = EchoAsync(connection, "second");
        time.Advance(TimeSpan.FromSeconds(6));
        await Assert.ThrowsAsync<RedisException>(() => first);
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Contains("last byte received 14,000 ms ago", (await Assert.ThrowsAsync<RedisException>(() => second)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_cancels_leaves_and_the_answer_is_dropped()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync();
        using var cancellation = new CancellationTokenSource();
        server.Freeze();
        var left = connection.ExecuteAsync("ECHO", ["left"], 0, static (reply, _) => reply.AsText(), cancellation.Token).AsTask();
        var behind = EchoAsync(connection, "behind");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => connection.ExecuteAsync("ECHO", ["never sent"], 0, static (reply, _) => reply.AsText(), cancellation.Token).AsTask());
        Assert.Equal(2, connection.InFlight);
        server.Thaw();
        Assert.Equal("behind", await behind);
        Assert.Equal(1, connection.LateAnswers);
    }

    [Fact]
    public async Task A_server_that_stays_silent_while_commands_wait_is_given_up_after_the_silence_limit()
    {
        var time = new ManualTimeProvider();
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync(time: time);
        server.Freeze();
        var first = EchoAsync(connection, "first");
        time.Advance(TimeSpan.FromSeconds(15));
        var second = EchoAsync(connection, "second");
        time.Advance(TimeSpan.FromMilliseconds(4_999));
        Assert.True(connection.IsOpen);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(connection.IsOpen);

        Assert.Equal(RedisFailure.Timeout, (await Assert.ThrowsAsync<RedisException>(() => first)).Failure);
        var lost = await Assert.ThrowsAsync<RedisException>(() => second);
        Assert.Equal(RedisFailure.Lost, lost.Failure);
        Assert.Contains("has sent nothing for 20,000 ms (SilenceLimit is 20,000 ms) while 2 commands wait", lost.Message, StringComparison.Ordinal);
        Assert.Equal(0, time.ArmedTimers);
    }

    [Fact]
    public async Task An_idle_connection_is_pinged_and_found_dead_without_any_caller()
    {
        var time = new ManualTimeProvider();
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync(time: time);
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Eventually.IsTrueAsync(() => connection.InFlight == 0, "every answer has come");
        }

        await using (var observer = await server.OpenAsync())
        {
            var statistics = await observer.ExecuteAsync("INFO", ["commandstats"], 0, static (reply, _) => reply.AsText(), None);
            Assert.Contains("cmdstat_ping:calls=3,", statistics, StringComparison.Ordinal);
        }

        server.Freeze();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, connection.InFlight);
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.True(connection.IsOpen);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(connection.IsOpen);
    }

    [Fact]
    public async Task Commands_in_flight_are_bounded_also_by_those_whose_callers_have_left()
    {
        var time = new ManualTimeProvider();
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync(server.Settings with { MaxInFlight = 4 }, time: time);
        server.Freeze();
        var waiting = Enumerable.Range(0, 4).Select(_ => EchoAsync(connection, "x")).ToArray();
        var refused = await Assert.ThrowsAsync<RedisException>(() => EchoAsync(connection, "x"));
        Assert.Equal(RedisFailure.Busy, refused.Failure);
        Assert.Equal(
            $"ECHO was not sent: 4 commands wait already for redis://127.0.0.1:{server.Port}/0, which is MaxInFlight. " +
            "Slow the callers down, ask for more in one command, or raise MaxInFlight.", refused.Message);

        time.Advance(TimeSpan.FromSeconds(10));
        foreach (var call in waiting)
            Assert.Equal(RedisFailure.Timeout, (await Assert.ThrowsAsync<RedisException>(() => call)).Failure);
        Assert.Equal(RedisFailure.Busy, (await Assert.ThrowsAsync<RedisException>(() => EchoAsync(connection, "x"))).Failure);
        server.Thaw();
        await Eventually.IsTrueAsync(() => connection.InFlight == 0, "every answer has come");
        Assert.Equal("again", await EchoAsync(connection, "again"));
    }

    [Fact]
    public async Task Bytes_that_wait_to_be_sent_are_bounded()
    {
        const int Megabyte = 1 << 20;
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync(server.Settings with { MaxUnsentBytes = 8 * Megabyte });
        var tooLarge = await Assert.ThrowsAsync<RedisException>(() => SetAsync(8 * Megabyte));
        Assert.Contains("0 already wait to be sent", tooLarge.Message, StringComparison.Ordinal);
        Assert.Contains("MaxUnsentBytes is 8388608. Send smaller values, or raise MaxUnsentBytes.", tooLarge.Message, StringComparison.Ordinal);

        server.Freeze();
        var sent = new List<Task>();
        RedisException? refused = null;
        while (refused is null)
        {
            var set = SetAsync(Megabyte);
            if (set.IsFaulted)
                refused = await Assert.ThrowsAsync<RedisException>(() => set);
            else
                sent.Add(set);
            // What the kernel has taken for the frozen server (some megabytes on loopback) counts no more.
            Assert.InRange(sent.Count, 0, 64);
        }

        Assert.Equal(RedisFailure.Busy, refused.Failure);
        server.Thaw();
        await Task.WhenAll(sent);

        Task<bool> SetAsync(int size) => connection.SetAsync("key", new byte[size], TimeSpan.FromMinutes(1), false, None).AsTask();
    }

    [Fact]
    public async Task A_slow_command_in_the_server_makes_others_late_and_then_everything_goes_on()
    {
        await using var server = await RedisServer.StartAsync("--enable-debug-command", "yes");
        var time = new ManualTimeProvider();
        await using var connection = await server.OpenAsync(time: time);
        await using var patient = await server.OpenAsync(time: time);
        var slow = connection.ExecuteAsync("DEBUG", ["SLEEP", "2"], 0, static (_, _) => 0, None).AsTask();
        var behind = EchoAsync(connection, "behind");
        // While the server sleeps.
        time.Advance(server.Settings.CommandTimeout);
        Assert.Equal(RedisFailure.Timeout, (await Assert.ThrowsAsync<RedisException>(() => slow)).Failure);
        Assert.Equal(RedisFailure.Timeout, (await Assert.ThrowsAsync<RedisException>(() => behind)).Failure);
        await patient.PingAsync(None);
        await Eventually.IsTrueAsync(() => connection.InFlight == 0, "every answer has come");
        Assert.Equal("after", await EchoAsync(connection, "after"));
        Assert.Equal(2, connection.LateAnswers);
    }

    private static Task<string> EchoAsync(RedisConnection connection, string text) =>
        connection.ExecuteAsync("ECHO", [text], 0, static (reply, _) => reply.AsText(), None).AsTask();
}
