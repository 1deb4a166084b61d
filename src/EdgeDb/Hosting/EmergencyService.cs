using EdgeDb.Core.Pipeline;

namespace EdgeDb.Hosting;

/// <summary>Has the board looked at every few seconds. The probes block, so it is not done for requests.</summary>
internal sealed class EmergencyService(EmergencyWatch watch, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
            watch.Look();
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
