using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

internal static partial class PostgresLog
{
    [LoggerMessage(2500, LogLevel.Information, "Writes go to {Server} (timeline {Timeline}).")]
    public static partial void PrimaryIs(ILogger logger, string server, uint timeline);

    [LoggerMessage(2501, LogLevel.Warning, "No known PostgreSQL server takes writes. Reads are answered by replicas and may be old.")]
    public static partial void NoPrimary(ILogger logger);

    [LoggerMessage(2502, LogLevel.Error, "Two servers take writes on timeline {Timeline}; {Server} is kept. Stop the other one: what was written to both cannot be joined.")]
    public static partial void TwoPrimaries(ILogger logger, string server, uint timeline);

    [LoggerMessage(2503, LogLevel.Error, "{Server} is not used: it belongs to another cluster, or its history ended when another server was promoted. Make it a replica of the primary.")]
    public static partial void OtherHistory(ILogger logger, string server);

    [LoggerMessage(2504, LogLevel.Warning, "{Server} is set as {Set}, but says that it is {Said}. Work follows what servers say; after a failover this is normal.")]
    public static partial void Swapped(ILogger logger, string server, string set, string said);
}
