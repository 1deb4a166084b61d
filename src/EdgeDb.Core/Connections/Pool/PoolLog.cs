using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

internal static partial class PoolLog
{
    [LoggerMessage(2000, LogLevel.Warning, "A connection to {Endpoint} rented by {Site} was not returned for {Seconds:0.0} s. It may be leaked, or the work may be too long for it.")]
    public static partial void Leak(ILogger logger, string endpoint, RentingSite site, double seconds);

    [LoggerMessage(2001, LogLevel.Warning, "A connection to {Endpoint} could not be opened: {Reason}")]
    public static partial void OpenFailed(ILogger logger, string endpoint, string reason);

    [LoggerMessage(2005, LogLevel.Debug, "A connection to {Endpoint} still could not be opened: {Reason}")]
    public static partial void OpenFailedAgain(ILogger logger, string endpoint, string reason);

    [LoggerMessage(2006, LogLevel.Information, "Connections to {Endpoint} can be opened again.")]
    public static partial void OpensAgain(ILogger logger, string endpoint);

    [LoggerMessage(2002, LogLevel.Debug, "A connection to {Endpoint} could not be closed properly: {Reason}")]
    public static partial void CloseFailed(ILogger logger, string endpoint, string reason);

    [LoggerMessage(2003, LogLevel.Debug, "An idle connection to {Endpoint} gave no sign of life: {Reason}")]
    public static partial void CheckFailed(ILogger logger, string endpoint, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "The pool of {Endpoint} was closed while {Leases} leases still ran after {Milliseconds:0} ms (DrainTimeout).")]
    public static partial void ClosedAroundLeases(ILogger logger, string endpoint, int leases, double milliseconds);
}
