using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Learns which answers are asked for when, and has them ready <see cref="Lead"/> before that half hour until they are asked for or it is over: before breakfast, not at
/// three in the night. The board has no clock battery: as long as the clock is behind the day that was last learnt, nothing is learnt and nothing is made, until
/// the service has run for <see cref="ClockPatience"/>; by then NTP has set the clock, or nobody will.
/// </summary>
internal sealed partial class AnswerWarmer(
    RequestPipeline pipeline, AdmissionGate gate, AccessLog accesses, EmergencyMode emergency, FeatureFlags features, SqliteDatabase database, TimeProvider time, ILogger<AnswerWarmer> logger)
{
    /// <summary>How often <see cref="RunAsync"/> is called.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan Lead = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan ClockPatience = TimeSpan.FromHours(1);

    /// <summary>Answers made for a half hour at most.</summary>
    public const int MostPerSlot = 8;

    private const string SettingName = "warming.learned";

    // The card is worn by writes; an hour of learning is a loss that nobody notices.
    private static readonly TimeSpan SaveEvery = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset ClockSetAfter = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly long _started = time.GetTimestamp();
    private LearnedAccesses? _learned;
    private int _forgotten;
    private int _forgottenHere;
    private long _savedAt = time.GetTimestamp();
    private long _made;

    /// <summary>Answers made ahead since the start.</summary>
    public long Made => Volatile.Read(ref _made);

    /// <summary>Learns from what was asked for since the last call, and makes what will be asked for soon. One call at a time.</summary>
    /// <param name="zone">Where the household lives.</param>
    /// <param name="firstDayOfWeek">Where its weeks begin.</param>
    /// <param name="giveWay">Called between answers.</param>
    /// <param name="ct">The caller gives up.</param>
    public async ValueTask RunAsync(
        DateTimeZone zone, IsoDayOfWeek firstDayOfWeek, Func<int, int, CancellationToken, ValueTask> giveWay, CancellationToken ct)
    {
        if (_forgottenHere != Volatile.Read(ref _forgotten))
        {
            _forgottenHere = Volatile.Read(ref _forgotten);
            _learned = null;
            _ = accesses.Take();
        }

        _learned ??= LearnedAccesses.Read(await LoadAsync(ct).ConfigureAwait(false));
        var noted = accesses.Take();
        var now = Local(time.GetUtcNow(), zone);
        if (!IsTrusted(now.Date))
            return;
        foreach (var (key, at) in noted)
            Learn(key, Local(at, zone), firstDayOfWeek);
        _learned.Begin(now.Date);
        // In an emergency it learns only.
        if (!emergency.IsOn && _learned.IsHouseholdThere)
            await WarmAsync(Expected(now, firstDayOfWeek), giveWay, ct).ConfigureAwait(false);
        if (time.GetElapsedTime(_savedAt) >= SaveEvery)
            await SaveAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Keeps what was learnt. Called once more when the service stops.</summary>
    public async Task SaveAsync(CancellationToken ct)
    {
        _savedAt = time.GetTimestamp();
        if (_learned is not { HasChanged: true } learned)
            return;
        await database.WriteAsync(
            (warmer: this, text: learned.Write(), forgotten: _forgottenHere),
            // Writes come one after the other: one that was made before all was forgotten finds that out here, or is deleted by it.
            static (session, save) => Volatile.Read(ref save.warmer._forgotten) == save.forgotten
                ? SettingRows.Write(session, SettingName, save.text)
                : 0,
            ct).ConfigureAwait(false);
        learned.HasChanged = false;
    }

    /// <summary>Forgets everything that was learnt, also in the file. Any thread.</summary>
    public Task ForgetAsync(CancellationToken ct)
    {
        Interlocked.Increment(ref _forgotten);
        return database.WriteAsync(SettingName, SettingRows.Delete, ct);
    }

    private ValueTask<string?> LoadAsync(CancellationToken ct) => database.ReadAsync(SettingName, SettingRows.Read, ct);

    private bool IsTrusted(LocalDate today) =>
        time.GetUtcNow() >= ClockSetAfter && (today >= _learned!.Today || time.GetElapsedTime(_started) >= ClockPatience);

    private void Learn(string key, LocalDateTime at, IsoDayOfWeek firstDayOfWeek)
    {
        if (Find(key) is not { } source)
            return;
        _learned!.Begin(at.Date);
        _learned.Note(AccessTemplate.Of(key, source.Parameters, new(at.Date, firstDayOfWeek)), at.TimeOfDay);
    }

    /// <summary>Keys of the half hour that it is, and of the one that it will be soon.</summary>
    private List<(AnswerSource Source, string Key)> Expected(LocalDateTime now, IsoDayOfWeek firstDayOfWeek)
    {
        var soon = now.PlusTicks(Lead.Ticks);
        var expected = new List<(AnswerSource, string)>();
        AddExpected(now);
        if (SlotOf(soon) != SlotOf(now))
            AddExpected(soon);
        return expected;

        void AddExpected(LocalDateTime at)
        {
            var most = expected.Count + MostPerSlot;
            foreach (var template in _learned!.HabitsOf(at.DayOfWeek, SlotOf(at)))
            {
                if (expected.Count == most)
                    return;
                if (_learned.IsAskedToday(template, SlotOf(at)) && at.Date == now.Date)
                    continue; // Somebody is there, and whoever looks keeps it fresh.
                if (AccessTemplate.KeyOn(template, new(at.Date, firstDayOfWeek)) is { } key && Find(key) is { } source && IsOn(key) && !expected.Contains((source, key)))
                    expected.Add((source, key));
            }
        }
    }

    private async ValueTask WarmAsync(List<(AnswerSource Source, string Key)> expected, Func<int, int, CancellationToken, ValueTask> giveWay, CancellationToken ct)
    {
        for (var i = 0; i < expected.Count; i++)
        {
            await giveWay(i, expected.Count, ct).ConfigureAwait(false);
            if (gate.Waiting > 0)
                return; // The next minute does.
            var (source, key) = expected[i];
            try
            {
                if (await pipeline.WarmAsync(source, key, ct).ConfigureAwait(false))
                    Interlocked.Increment(ref _made);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Whoever asks for it meets the failure; a habit that always fails is not one for long.
                LogNotMade(logger, source.Name, failure);
            }
        }
    }

    // An answer that is over in a second would not be there when it is wanted.
    private AnswerSource? Find(string key) =>
        pipeline.Find(key.AsSpan(0, Math.Max(0, key.IndexOf('\x1f', StringComparison.Ordinal)))) is { } source && source.Policy.MostTtl > Interval ? source : null;

    private bool IsOn(string key)
    {
        var identity = FeatureFlags.IdentityOf(key);
        return features.IsOn(Feature.Warming, identity) && features.IsOn(Feature.Caching, identity) && features.IsOn(Feature.Pipeline, identity);
    }

    private static int SlotOf(LocalDateTime at) => ((at.Hour * 60) + at.Minute) / 30;

    private static LocalDateTime Local(DateTimeOffset at, DateTimeZone zone) => Instant.FromDateTimeOffset(at).InZone(zone).LocalDateTime;

    [LoggerMessage(EventId = 5002, Level = LogLevel.Debug, Message = "An answer of {Route} could not be made ahead")]
    private static partial void LogNotMade(ILogger logger, string route, Exception exception);
}
