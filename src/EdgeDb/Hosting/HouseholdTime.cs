using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using NodaTime;

namespace EdgeDb.Hosting;

/// <summary>The time of day where the household is, at hand without asking the file.</summary>
internal sealed partial class HouseholdTime : IDisposable
{
    private readonly HouseholdStore _store;
    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private DateTimeZone _zone = DateTimeZone.Utc;

    private HouseholdTime(HouseholdStore store, SqliteDatabase database, TimeProvider time, ILogger logger) =>
        (_store, _database, _time, _logger) = (store, database, time, logger);

    public TimeOnly Now => TimeOnly.FromTimeSpan(
        TimeSpan.FromTicks(Instant.FromDateTimeOffset(_time.GetUtcNow()).InZone(Volatile.Read(ref _zone)).TimeOfDay.TickOfDay));

    public static async Task<HouseholdTime> StartAsync(HouseholdStore store, SqliteDatabase database, TimeProvider time, ILogger logger, CancellationToken ct)
    {
        var clock = new HouseholdTime(store, database, time, logger);
        await clock.ReadAsync(ct);
        database.Committed += clock.NoteCommit;
        return clock;
    }

    public void Dispose() => _database.Committed -= NoteCommit;

    private void NoteCommit(StorageCommit commit)
    {
        if (commit.Topics.Contains(Topics.Household))
            _ = Task.Run(ReadAgainAsync);
    }

    private async Task ReadAgainAsync()
    {
        try
        {
            await ReadAsync(CancellationToken.None);
        }
        catch (StorageException failure)
        {
            LogNotRead(_logger, failure.Message);
        }
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var settings = await _store.SettingsAsync(ct);
        Volatile.Write(ref _zone, DateTimeZoneProviders.Tzdb.GetZoneOrNull(settings.Zone) ?? DateTimeZone.Utc);
    }

    [LoggerMessage(EventId = 1204, Level = LogLevel.Warning, Message = "The household's zone could not be read anew: {Reason}")]
    private static partial void LogNotRead(ILogger logger, string reason);
}
