using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;

namespace EdgeDb.Hosting;

/// <summary>What goes on without being asked: the window, the feeds, the daily copy.</summary>
internal sealed partial class HouseholdWorker(
    HouseholdServices household, FeedRefresher refresher, TimeProvider time, ILogger<HouseholdWorker> logger) : BackgroundService
{
    private static readonly TimeSpan MaintenanceInterval = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(
            MaintainAsync(stoppingToken),
            FeedsAsync(stoppingToken),
            new BackupSchedule(household.Database, time, logger).RunAsync(stoppingToken));

    private async Task MaintainAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(MaintenanceInterval, time);
        do
        {
            try
            {
                await household.Store.FinishRemovalsAsync(stoppingToken);
                await household.Window.MoveAsync(stoppingToken);
                await household.Events.EmptyTrashAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Reads expand for themselves where the window is not ready, so nobody sees a wrong answer; it is tried again.
                LogFailed(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task FeedsAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await refresher.RunAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(logger, exception);
                await Task.Delay(TimeSpan.FromMinutes(1), time, stoppingToken);
            }
        }
    }

    [LoggerMessage(EventId = 1001, Level = LogLevel.Error, Message = "Background work failed and will be tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
