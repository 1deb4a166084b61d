using EdgeDb.Core.Connections;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>Lets the tuner work: gives it the endpoints and what it learnt before, moves it on every second, and stores its history.</summary>
internal sealed partial class TuningService(
    ConnectionManager connections, Tuner tuner, RunningSettings settings, TuningStore store, TimeProvider time, ILogger<TuningService> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // A card that is full stays so for a while, and each attempt is a line of the log.
    private static readonly TimeSpan SavePause = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _saving = new(1);
    private long? _failedAt;
    private int _savedOverrides;

    /// <summary>Before the first request: nobody sees an endpoint without its settings.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var endpoint in connections.Endpoints)
        {
            var holding = await store.HoldingAsync(endpoint.Name, cancellationToken);
            tuner.Add(EndpointTuning.Of(endpoint), name => holding.FirstOrDefault(entry => entry.Tunable == name));
        }

        var (pins, frozen) = await store.OverridesAsync(time.GetUtcNow(), cancellationToken);
        foreach (var (subject, tunable, value, left) in pins)
            tuner.Resume(subject, tunable, value, left);
        if (frozen > TimeSpan.Zero)
            tuner.Freeze(frozen < Tuner.LongestOverride ? frozen : Tuner.LongestOverride);
        // What was stored tells from when each of them holds, so it is written anew only when something changes.
        _savedOverrides = pins.All(static pin => pin.Left > TimeSpan.Zero) ? tuner.OverridesVersion : 0;
        settings.Changed += Obey;
        Obey();
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Stores what is not stored yet. What fails is logged and stored later: the change that it tells of has happened.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        await _saving.WaitAsync(cancellationToken);
        try
        {
            if (_failedAt is { } failedAt && time.GetElapsedTime(failedAt) < SavePause)
                return;
            while (tuner.TryPeekUnsaved(out var entry))
            {
                await store.AddAsync(entry, cancellationToken);
                tuner.MarkSaved(entry);
            }

            if (tuner.OverridesVersion is var version && version != _savedOverrides)
            {
                await store.SetOverridesAsync(tuner.Overrides, time.GetUtcNow(), cancellationToken);
                _savedOverrides = version;
            }

            _failedAt = null;
        }
        catch (StorageException failure)
        {
            _failedAt = time.GetTimestamp();
            LogNotSaved(logger, failure.Message);
        }
        finally
        {
            _saving.Release();
        }
    }

    public override void Dispose()
    {
        settings.Changed -= Obey;
        _saving.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            tuner.Tick();
            await SaveAsync(stoppingToken);
        }
    }

    // Connections are few and their limits are shared by all requests, so a roll-out by percentage takes whole connections.
    private void Obey()
    {
        tuner.Mode = settings.Get(SettingTable.Tuner);
        foreach (var endpoint in connections.Endpoints)
        {
            var identity = FeatureFlags.IdentityOf(endpoint.Name);
            var isAdaptive = settings.Features.IsOn(Feature.PoolAdaptivity, identity);
            tuner.Allow(endpoint.Name, isAdaptive);
            endpoint.Allow(isAdaptive, settings.Features.IsOn(Feature.Forecast, identity));
        }
    }

    [LoggerMessage(EventId = 1101, Level = LogLevel.Warning, Message = "The tuner's history and overrides could not be stored and will be tried again: {Reason}")]
    private static partial void LogNotSaved(ILogger logger, string reason);
}
