namespace EdgeDb.Core.Connections;

/// <summary>A failure of a Redis command or connection. The message says what failed, the value, the limit and what to do; never a password.</summary>
internal sealed class RedisException(RedisFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of failure this is.</summary>
    public RedisFailure Failure { get; } = failure;

    /// <summary>First word of an error of the server, such as WRONGTYPE; empty when it did not come from there.</summary>
    public string Code { get; private init; } = "";

    /// <summary>An error answer: "CODE what happened".</summary>
    internal static RedisException FromServer(string command, string error)
    {
        var space = error.IndexOf(' ', StringComparison.Ordinal);
        return new RedisException(RedisFailure.Server, $"{command} failed: {error}") { Code = space < 0 ? error : error[..space] };
    }

    /// <summary>The handshake failed, with this code of the server or none.</summary>
    internal static RedisException FromHandshake(string message, string code) => new(RedisFailure.Connect, message) { Code = code };
}
