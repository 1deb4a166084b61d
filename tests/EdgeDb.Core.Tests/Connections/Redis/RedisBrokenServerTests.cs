using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

public sealed class RedisBrokenServerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("+another command's answer\r\n")]
    [InlineData(":7\r\n")]
    public async Task A_ping_that_gets_the_answer_of_another_command_closes_the_connection(string answer)
    {
        using var server = new ScriptedServer();
        await using var connection = await server.OpenAsync();
        var ping = connection.PingAsync(None).AsTask();
        await server.ReceiveAsync("PING");
        await server.SayAsync(answer);
        Assert.Equal(RedisFailure.Protocol, (await Assert.ThrowsAsync<RedisException>(() => ping)).Failure);
        Assert.False(connection.IsOpen);
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_closes_the_connection_before_it_can_meet_a_later_command()
    {
        using var server = new ScriptedServer();
        await using var connection = await server.OpenAsync();
        await server.SayAsync("+unasked\r\n");
        await Eventually.IsTrueAsync(() => !connection.IsOpen, "the connection is closed");
        Assert.Contains("sent an answer that nobody asked for", (await Assert.ThrowsAsync<RedisException>(() => GetAsync(connection))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$3\r\nab", "closed the connection")]
    [InlineData("$3\r\nabcdef\r\n", "a string does not end where its length says")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", "does not speak RESP3")]
    public async Task A_broken_answer_fails_what_waits_with_the_reason(string answer, string reason)
    {
        using var server = new ScriptedServer();
        await using var connection = await server.OpenAsync();
        var first = GetAsync(connection);
        var second = GetAsync(connection, "second");
        // Both: closing a socket with unread bytes sends a reset, which may overtake the answer.
        await server.ReceiveAsync("second");
        await server.SayAsync(answer);
        server.Close();
        Assert.Contains(reason, (await Assert.ThrowsAsync<RedisException>(() => first)).Message, StringComparison.Ordinal);
        Assert.Contains(reason, (await Assert.ThrowsAsync<RedisException>(() => second)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pushes_and_attributes_between_answers_are_not_taken_for_answers()
    {
        using var server = new ScriptedServer();
        await using var connection = await server.OpenAsync();
        var get = GetAsync(connection);
        await server.ReceiveAsync("GET");
        await server.SayAsync(">2\r\n+invalidate\r\n*1\r\n+key\r\n>3\r\n+message\r\n+channel\r\n+text\r\n|1\r\n+ttl\r\n:1\r\n+value\r\n");
        Assert.Equal("value", await get);
    }

    private static Task<string> GetAsync(RedisConnection connection, string key = "key") => connection.GetAsync(key, 0, static (reply, _) => reply.AsText(), None).AsTask();
}
