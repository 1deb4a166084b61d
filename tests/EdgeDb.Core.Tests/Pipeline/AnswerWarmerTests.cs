using System.Collections.Immutable;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

/// <summary>A household in Berlin, minute by minute over weeks. They begin on Monday, 2 March 2026; summer time begins in the fourth, and April in the fifth.</summary>
public sealed class AnswerWarmerTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    // As the month page does: a quarter to seven on working days, half past nine at weekends.
    private static readonly Func<LocalDate, LocalTime?> Breakfast = static date => date.DayOfWeek >= IsoDayOfWeek.Saturday ? new(9, 30) : new(6, 45);
    private static readonly Func<LocalDate, LocalTime?> Nothing = static _ => null;

    private readonly TemporaryDatabase _folder = new();
    private readonly ManualTimeProvider _time = new(new(2026, 3, 1, 23, 0, 0, TimeSpan.Zero));
    private readonly FeatureFlags _features = new();
    private readonly Live<PipelineSettings> _settings = PipelineTestSettings.Live();
    private readonly List<LocalDateTime> _warmed = [];
    private readonly List<(LocalDate Date, AnswerOrigin Origin)> _looks = [];
    private readonly List<AdaptiveMemoryCache> _caches = [];
    private SqliteDatabase _database = null!;
    private EmergencyMode _emergency = null!;
    private RequestPipeline _pipeline = null!;
    private AnswerWarmer _warmer = null!;

    private LocalDateTime Now => Instant.FromDateTimeOffset(_time.GetUtcNow()).InZone(Berlin).LocalDateTime;

    public async ValueTask InitializeAsync()
    {
        _database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        Start();
    }

    public ValueTask DisposeAsync()
    {
        foreach (var cache in _caches)
            cache.Dispose();
        return _folder.DisposeAsync();
    }

    [Fact]
    public async Task What_is_looked_at_for_breakfast_is_ready_shortly_before_and_nothing_is_made_in_the_night()
    {
        await LiveAsync(weeks: 2, Breakfast);
        _warmed.Clear();
        _looks.Clear();

        await LiveAsync(weeks: 3, Breakfast);

        Assert.Equal(21, _looks.Count);
        Assert.All(_looks, static look => Assert.True(look.Origin == AnswerOrigin.Hit, $"{look}"));
        Assert.NotEmpty(_warmed);
        Assert.All(
            _warmed,
            static at => Assert.InRange(
                at.TimeOfDay, at.DayOfWeek >= IsoDayOfWeek.Saturday ? new(8, 50) : new(6, 20), at.DayOfWeek >= IsoDayOfWeek.Saturday ? new(9, 59) : new(6, 59)));
        // Seven times before each look (25 minutes, every 4 minutes), and a little for readings of the dates that were right until the month ended.
        Assert.InRange(_warmed.Count, 21, 200);
    }

    [Fact]
    public async Task A_holiday_makes_it_stop_and_the_first_breakfast_after_it_makes_it_go_on()
    {
        await LiveAsync(weeks: 3, Breakfast);
        _warmed.Clear();
        var left = Now.Date;

        await LiveAsync(weeks: 1, Nothing);
        Assert.All(_warmed, at => Assert.Equal(left, at.Date));

        _looks.Clear();
        await LiveAsync(weeks: 1, Breakfast);
        Assert.Equal([false, true, true, true, true, true, true], _looks.Select(static look => look.Origin == AnswerOrigin.Hit));
    }

    [Fact]
    public async Task A_habit_that_ends_is_forgotten_while_others_live_on()
    {
        await LiveAsync(weeks: 3, Breakfast);
        await LiveAsync(weeks: 1, Evening);
        _warmed.Clear();
        await LiveAsync(weeks: 1, Evening);
        Assert.NotEmpty(_warmed);
        Assert.All(_warmed, static at => Assert.InRange(at.TimeOfDay, new(19, 20), new(20, 29)));

        static LocalTime? Evening(LocalDate date) => new(20, 0);
    }

    [Fact]
    public async Task What_was_learnt_outlives_a_restart()
    {
        await LiveAsync(weeks: 2, Breakfast);
        await _warmer.SaveAsync(None);
        Start();
        _looks.Clear();
        await LiveAsync(weeks: 1, Breakfast);
        Assert.All(_looks, static look => Assert.Equal(AnswerOrigin.Hit, look.Origin));
    }

    [Fact]
    public async Task A_clock_that_woke_up_in_the_past_is_not_believed_for_an_hour()
    {
        await LiveAsync(weeks: 2, Breakfast);
        await _warmer.SaveAsync(None);
        var learned = await LearnedAsync();
        _time.SetUtcNow(new(2026, 3, 10, 5, 25, 0, TimeSpan.Zero));
        Start();
        _warmed.Clear();
        await LiveAsync(TimeSpan.FromMinutes(59), Breakfast);
        Assert.Empty(_warmed);
        await _warmer.SaveAsync(None);
        Assert.Equal(learned, await LearnedAsync());

        await LiveAsync(weeks: 1, Breakfast);
        Assert.NotEmpty(_warmed);
        await _warmer.SaveAsync(None);
        Assert.NotEqual(learned, await LearnedAsync());
    }

    [Theory]
    [InlineData(Feature.Warming)]
    [InlineData(Feature.Caching)]
    [InlineData(Feature.Pipeline)]
    internal async Task Nothing_is_made_while_a_feature_it_needs_is_off(Feature feature)
    {
        await LiveAsync(weeks: 2, Breakfast);
        _warmed.Clear();
        var rollouts = Enumerable.Range(0, FeatureFlags.Count).Select(i => new FeatureRollout(i != (int)feature, 100)).ToArray();
        _features.Set(rollouts, allOff: false);
        await LiveAsync(weeks: 1, Breakfast);
        Assert.Empty(_warmed);
    }

    [Fact]
    public async Task Nothing_is_made_while_the_board_has_more_urgent_needs()
    {
        await LiveAsync(weeks: 2, Breakfast);
        _warmed.Clear();
        _emergency.Tell(EmergencyReason.Memory, holds: true);
        await LiveAsync(weeks: 1, Breakfast);
        Assert.Empty(_warmed);
    }

    private ValueTask<string?> LearnedAsync() => _database.ReadAsync(
        0, static (session, _) => session.Prepare("SELECT value FROM setting WHERE name = 'warming.learned'") is var row && row.Step() ? row.Text(0) : null, None);

    private void Start()
    {
        var cache = new AdaptiveMemoryCache(new(), _time);
        _caches.Add(cache);
        var gate = new AdmissionGate(_settings);
        var accesses = new AccessLog(_time);
        _emergency = new(_time, NullLogger<EmergencyMode>.Instance);
        _pipeline = new(cache, gate, _settings, _emergency, _time, NullLogger<RequestPipeline>.Instance, accesses);
        _pipeline.Register(Month.Instance);
        _warmer = new(_pipeline, gate, accesses, _emergency, _features, _database, _time, NullLogger<AnswerWarmer>.Instance);
    }

    private Task LiveAsync(int weeks, Func<LocalDate, LocalTime?> looksAt)
    {
        // To the same local midnight, over a change of the clocks.
        var end = Now.Date.PlusDays(7 * weeks).AtMidnight().InZoneLeniently(Berlin).ToInstant().ToDateTimeOffset();
        return LiveAsync(end - _time.GetUtcNow(), looksAt);
    }

    private async Task LiveAsync(TimeSpan time, Func<LocalDate, LocalTime?> looksAt)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += AnswerWarmer.Interval)
        {
            var now = Now;
            if (looksAt(now.Date) == now.TimeOfDay)
                _looks.Add((now.Date, (await _pipeline.AskAsync(Month.Instance, Month.KeyOn(now.Date), PipelineFeatures.All, None)).Origin));
            var before = _warmer.Made;
            await _warmer.RunAsync(Berlin, IsoDayOfWeek.Monday, static (_, _, _) => default, None);
            if (_warmer.Made > before)
                _warmed.Add(now);
            _time.Advance(AnswerWarmer.Interval);
        }
    }

    /// <summary>The whole weeks that show a month.</summary>
    private sealed class Month() : AnswerSource("occurrences", AnswerPolicy.Default)
    {
        public static readonly Month Instance = new();

        public override ImmutableArray<AnswerParameter> Parameters { get; } = [new("from", IsDate: true), new("to", IsDate: true), new("zone")];

        public static string KeyOn(LocalDate date)
        {
            var first = new LocalDate(date.Year, date.Month, 1);
            var from = first.DayOfWeek == IsoDayOfWeek.Monday ? first : first.Previous(IsoDayOfWeek.Monday);
            var next = first.PlusMonths(1);
            var to = next.DayOfWeek == IsoDayOfWeek.Monday ? next : next.Next(IsoDayOfWeek.Monday);
            Span<char> room = stackalloc char[CanonicalKey.MaxLength];
            var length = CanonicalKey.Write(room, "occurrences", "", "", Instance.Parameters, $"?from={from:uuuu-MM-dd}&to={to:uuuu-MM-dd}&zone=Europe/Berlin");
            return room[..length].ToString();
        }

        public override ValueTask MakeAsync(string key, AnswerBuilder answer, CancellationToken ct)
        {
            answer.DependsOn("occurrences");
            return default;
        }
    }
}
