using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;

namespace EdgeDb.Hosting;

/// <summary>Notices what the PostgreSQL servers say of themselves while nobody asks them anything, and keeps what a restart must not forget.</summary>
internal sealed partial class UpstreamService(
    UpstreamConnections upstream, UpstreamMemory memory, UpstreamStore store, TimeProvider time, ILogger<UpstreamService> logger)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    // As for the tuner: a card that is full stays so for a while.
    private static readonly TimeSpan SavePause = TimeSpan.FromMinutes(10);

    private PostgresHistory? _saved = memory.History;
    private long? _failedAt;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await SaveAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (upstream.Postgres is not { } postgres)
            return;
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            postgres.Review();
            await SaveAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (upstream.Postgres?.History is not { } history || history == _saved || (_failedAt is { } at && time.GetElapsedTime(at) < SavePause))
            return;
        try
        {
            await store.SetHistoryAsync(history, cancellationToken);
            (_saved, _failedAt) = (history, null);
        }
        catch (StorageException failure)
        {
            _failedAt = time.GetTimestamp();
            LogNotSaved(logger, failure.Message);
        }
    }

    [LoggerMessage(EventId = 1201, Level = LogLevel.Warning, Message = "The timeline of PostgreSQL could not be stored and will be tried again: {Reason}")]
    private static partial void LogNotSaved(ILogger logger, string reason);
}
