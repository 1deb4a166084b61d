using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>Log messages of the Redis client. Event ids 2400 to 2419, never reused.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(2400, LogLevel.Information, "Connected to {Server}: Redis {Version}, {Security}, client {ClientId}")]
    public static partial void Connected(ILogger logger, RedisSettings server, string version, string security, long clientId);

    [LoggerMessage(2401, LogLevel.Warning, "Lost the connection to {Server} with {InFlight} commands waiting: {Reason}")]
    public static partial void Lost(ILogger logger, RedisSettings server, int inFlight, string reason);
}
