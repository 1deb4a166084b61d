using EdgeDb.Core.Household;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;

namespace EdgeDb.Options;

/// <summary>
/// The settings of the running service. Those that may change at once are published as they change (<see cref="Pipeline"/>, <see cref="Features"/>,
/// <see cref="Changed"/>); of the others a change is kept for the next start.
/// </summary>
internal sealed class RunningSettings : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly SettingValues _given;
    private readonly SettingValues _started;
    private readonly SemaphoreSlim _changing = new(1);
    private SettingValues _latest;

    /// <param name="given">What the file, the environment and the command line say.</param>
    /// <param name="latest">The same with what the database says.</param>
    /// <param name="database">Keeps changes.</param>
    public RunningSettings(SettingValues given, SettingValues latest, SqliteDatabase database)
    {
        (_given, _started, _latest, _database) = (given, latest, latest, database);
        Pipeline = new(PipelineOf(latest));
        Features = new();
        Features.Set(SettingTable.RolloutsOf(latest), latest.Get(SettingTable.FeaturesOff));
    }

    /// <summary>Told after a change, one at a time. Handlers must not throw.</summary>
    public event Action? Changed;

    /// <summary>How requests are answered.</summary>
    public Live<PipelineSettings> Pipeline { get; }

    /// <summary>Which features are on, and for whom.</summary>
    public FeatureFlags Features { get; }

    /// <summary>The value that holds now.</summary>
    public SettingValue this[Setting setting] => (setting.Change == SettingChange.AtOnce ? Volatile.Read(ref _latest) : _started)[setting];

    /// <summary>The value that holds now, typed.</summary>
    public T Get<T>(Setting<T> setting) => ((SettingValue<T>)this[setting]).Value;

    /// <summary>The value that will hold after a restart, when it is another one.</summary>
    public SettingValue? AfterRestart(Setting setting) =>
        Volatile.Read(ref _latest)[setting] is var latest && latest.Text != this[setting].Text ? latest : null;

    /// <summary>Keeps a value. Throws <see cref="HouseholdException"/> when there is no such setting, or the value is wrong.</summary>
    public async Task<Setting> SetAsync(string path, string text, CancellationToken ct)
    {
        var setting = StoredSettings.Find(path);
        var value = StoredSettings.Check(setting, text);
        await _changing.WaitAsync(ct);
        try
        {
            await RuntimeSettingStore.SetAsync(_database, setting.Path, value.Text, ct);
            await TakeOverAsync();
        }
        finally
        {
            _changing.Release();
        }

        return setting;
    }

    /// <summary>Forgets a value that was kept; the one below holds again. Throws <see cref="HouseholdException"/> when none is kept.</summary>
    public async Task<Setting> UnsetAsync(string path, CancellationToken ct)
    {
        var setting = StoredSettings.Find(path);
        await _changing.WaitAsync(ct);
        try
        {
            if (_latest[setting].Input.Layer != SettingLayer.Database)
                throw new HouseholdException(HouseholdError.Conflict, $"{setting.Path} is not set in the database.");
            await RuntimeSettingStore.UnsetAsync(_database, setting.Path, ct);
            await TakeOverAsync();
        }
        finally
        {
            _changing.Release();
        }

        return setting;
    }

    public void Dispose() => _changing.Dispose();

    // The caller may leave as soon as the value is kept; that it also takes effect is not his to cancel.
    private async Task TakeOverAsync()
    {
        // What is wrong of the rest was told at the start.
        var latest = await StoredSettings.AddToAsync(_given, _database, [], CancellationToken.None);
        Volatile.Write(ref _latest, latest);
        Pipeline.Set(PipelineOf(latest));
        Features.Set(SettingTable.RolloutsOf(latest), latest.Get(SettingTable.FeaturesOff));
        Changed?.Invoke();
    }

    private static PipelineSettings PipelineOf(SettingValues values) => new()
    {
        CacheEntries = values.Get(SettingTable.CacheEntries),
        CacheBytes = values.Get(SettingTable.CacheBytes),
        CacheTtl = values.Get(SettingTable.CacheTtl),
        StaleWhileRevalidate = values.Get(SettingTable.StaleWhileRevalidate),
        StaleIfError = values.Get(SettingTable.StaleIfError),
        TtlWithoutSecondLevel = values.Get(SettingTable.TtlWithoutSecondLevel),
        BatchSize = values.Get(SettingTable.BatchSize),
        BatchDelay = values.Get(SettingTable.BatchDelay),
        RequestDeadline = values.Get(SettingTable.RequestDeadline),
        RequestConcurrency = values.Get(SettingTable.RequestConcurrency),
        RequestQueue = values.Get(SettingTable.RequestQueue),
    };
}
