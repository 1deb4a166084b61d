namespace EdgeDb.Core.Connections;

/// <summary>What the server says of itself.</summary>
internal sealed record RedisServerInfo(string Version, long ClientId);

/// <summary>The first commands of a connection: protocol and sign-in, database, tracking.</summary>
internal static class RedisHandshake
{
    private const string ClientName = "edgedb";

    /// <summary>Throws <see cref="RedisException"/> (<see cref="RedisFailure.Connect"/>) naming the step that failed and what to do.</summary>
    public static async ValueTask<RedisServerInfo> RunAsync(RedisConnection connection, RedisSettings settings, CancellationToken ct)
    {
        // Alone and first: Redis can leave out the answer to a failed sign-in while other answers are on their way (redis/redis #15640).
        var server = await StepAsync(connection, settings, "HELLO", "HELLO", SignIn(settings), static (reply, _) => ReadServer(reply), ct).ConfigureAwait(false);
        if (settings.Database != 0)
            await StepAsync(connection, settings, "SELECT", "SELECT", [settings.Database], static (_, _) => true, ct).ConfigureAwait(false);
        if (settings.Tracking is { } tracking)
        {
            // In the callback, so that it precedes the first invalidation.
            await StepAsync(connection, settings, "CLIENT TRACKING", "CLIENT", Track(tracking), static (_, connection) =>
            {
                connection.BeginTracking();
                return true;
            }, ct).ConfigureAwait(false);
        }

        return server;
    }

    private static async ValueTask<TResult> StepAsync<TResult>(
        RedisConnection connection, RedisSettings settings, string step, string command, RedisArgument[] arguments,
        RedisReplyReader<RedisConnection, TResult> read, CancellationToken ct)
    {
        try
        {
            return await connection.SendAsync(command, arguments, connection, read, Timeout.InfiniteTimeSpan, ct).ConfigureAwait(false);
        }
        catch (RedisException failure)
        {
            if (failure.Code is "WRONGPASS")
                settings.Password?.Refused();
            // Without the answer as the inner exception: a server that does not know HELLO repeats its arguments, the password among them.
            throw RedisException.FromHandshake($"{settings} refused the connection. {Explain(failure, step, settings)}", failure.Code);
        }
    }

    private static string Explain(RedisException failure, string step, RedisSettings settings) => failure.Code switch
    {
        "NOAUTH" => "It asks for a password; set Password.",
        "WRONGPASS" => $"User '{settings.User ?? "default"}' or its Password is wrong, or the user is disabled.",
        "NOPERM" => $"User '{settings.User ?? "default"}' may not run {step}; allow it with ACL SETUSER.",
        "NOPROTO" => "It does not speak RESP3; Redis 6 or newer is needed.",
        "ERR" when failure.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase) => $"It does not know {step}; Redis 6 or newer is needed.",
        _ when failure.Failure == RedisFailure.Lost && !settings.UsesTls && !failure.Message.Contains(RedisFailures.TooManyClients, StringComparison.Ordinal) =>
            $"{failure.Message} If the port speaks TLS, use rediss://.",
        _ => settings.Password is { IsEmpty: false, Value: var password } ? failure.Message.Replace(password, "***", StringComparison.Ordinal) : failure.Message,
    };

    private static RedisArgument[] SignIn(RedisSettings settings) => settings.Password is { } password
        ? ["3", "AUTH", settings.User ?? "default", password.Value, "SETNAME", ClientName]
        : ["3", "SETNAME", ClientName];

    private static RedisArgument[] Track(RedisTracking tracking)
    {
        var arguments = new List<RedisArgument> { "TRACKING", "ON" };
        if (tracking.Prefixes is { } prefixes)
        {
            arguments.Add("BCAST");
            foreach (var prefix in prefixes)
                arguments.AddRange(["PREFIX", prefix]);
        }

        if (tracking.ExceptOwnChanges)
            arguments.Add("NOLOOP");
        return [.. arguments];
    }

    private static RedisServerInfo ReadServer(RespValue reply)
    {
        var version = "?";
        var id = 0L;
        for (var fields = reply.GetEnumerator(); fields.MoveNext();)
        {
            var field = fields.Current.AsBytes();
            fields.MoveNext();
            if (field.SequenceEqual("version"u8))
                version = fields.Current.AsText();
            else if (field.SequenceEqual("id"u8))
                id = fields.Current.AsInt64();
        }

        return new RedisServerInfo(version, id);
    }
}
