using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>Log messages of breakers. Event ids 2100 to 2199, never reused.</summary>
internal static partial class ResilienceLog
{
    public static void Happened(ILogger logger, CircuitEvent happened)
    {
        var name = happened.OperationClass is { } operationClass ? $"{happened.Name}, operation class {operationClass}" : happened.Name;
        switch (happened.Kind)
        {
            case CircuitEventKind.Opened:
                Opened(logger, happened.Level, name, happened.Until, happened.Reason);
                break;
            case CircuitEventKind.HalfOpened:
                HalfOpened(logger, happened.Level, name, happened.Reason);
                break;
            case CircuitEventKind.Closed:
                Closed(logger, happened.Level, name, happened.Reason);
                break;
            default:
                Isolated(logger, happened.Level, name, happened.Reason);
                break;
        }
    }

    [LoggerMessage(2105, LogLevel.Error, "A listener of circuit events threw")]
    public static partial void ListenerFailed(ILogger logger, Exception failure);

    [LoggerMessage(2101, LogLevel.Warning, "{Level} {Name} is open until {Until:O}: {Reason}")]
    private static partial void Opened(ILogger logger, CircuitLevel level, string name, DateTimeOffset? until, string reason);

    [LoggerMessage(2102, LogLevel.Information, "{Level} {Name} is half-open: {Reason}")]
    private static partial void HalfOpened(ILogger logger, CircuitLevel level, string name, string reason);

    [LoggerMessage(2103, LogLevel.Information, "{Level} {Name} is closed again: {Reason}")]
    private static partial void Closed(ILogger logger, CircuitLevel level, string name, string reason);

    [LoggerMessage(2104, LogLevel.Warning, "{Level} {Name} is isolated: {Reason}")]
    private static partial void Isolated(ILogger logger, CircuitLevel level, string name, string reason);
}
