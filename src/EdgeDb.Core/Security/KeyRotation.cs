using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Security;

/// <summary>
/// Replaces the data keys: new ones seal from now on, everything sealed is sealed anew, then the old ones are destroyed. A kill between any two steps loses nothing, as old keys
/// open until the end, and the next start goes on: a retired key in the ring is all there is to know.
/// </summary>
/// <param name="keys">The ring.</param>
/// <param name="database">The file with the values.</param>
/// <param name="grace">How long somebody may hold a value, sealed with the old key, that is not stored yet. Zero when nobody else uses the ring.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of the end.</param>
internal sealed partial class KeyRotation(KeyRing keys, SqliteDatabase database, TimeSpan grace, TimeProvider time, ILogger logger)
{
    /// <summary>In the service: twice the longest deadline of a request.</summary>
    public static readonly TimeSpan ServiceGrace = TimeSpan.FromMinutes(10);

    // After a restart nobody holds anything of the run before.
    private long? _begunAt;

    /// <summary>True while <see cref="ContinueAsync"/> has something to do.</summary>
    public bool IsUnderWay => keys.HasRetired;

    /// <summary>Values that did not open in the latest pass, because they had been changed or damaged before.</summary>
    public int Broken { get; private set; }

    /// <summary>Makes the new keys. Durable when it completes.</summary>
    public async Task BeginAsync(CancellationToken ct)
    {
        await keys.RetireAsync(ct).ConfigureAwait(false);
        _begunAt = time.GetTimestamp();
    }

    /// <summary>Goes on with it. Null when nothing is left to do, else when to call again.</summary>
    public async Task<TimeSpan?> ContinueAsync(CancellationToken ct)
    {
        if (!IsUnderWay)
            return null;

        // Before the pass: only one that begins after the grace has seen everything.
        var left = _begunAt is { } begunAt ? grace - time.GetElapsedTime(begunAt) : TimeSpan.Zero;
        var broken = 0;
        foreach (var place in keys.Places)
            broken += await place.SealAnewAsync(keys, database, ct).ConfigureAwait(false);
        Broken = broken;
        if (left > TimeSpan.Zero)
            return left;

        await keys.DestroyRetiredAsync(ct).ConfigureAwait(false);
        LogRotated(logger, Broken);
        return null;
    }

    [LoggerMessage(EventId = 7001, Level = LogLevel.Information, Message = "Keys were replaced and the old ones destroyed; {Broken} sealed values did not open before either")]
    private static partial void LogRotated(ILogger logger, int broken);
}
