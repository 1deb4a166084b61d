using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>
/// Reads a feed as it would be read once it is added, with the same reach and bounds, and keeps nothing of it. Whoever asks makes this board call another one, so the whole household
/// may ask for some at once and then for one every few seconds.
/// </summary>
internal sealed class FeedPreviewer(FeedClient client, FeedImport import, HouseholdStore household, TimeProvider time)
{
    private const int Burst = 20;
    private const int MaxNext = 5;
    private const int SecondsAhead = 366 * 86_400;

    // Sorted and cut when it holds as many: a calendar may have fifty thousand events.
    private const int MostHeld = 1000;

    private static readonly TimeSpan Refill = TimeSpan.FromSeconds(3);

    private readonly TokenBuckets<int> _asked = new(Burst, Refill, maxKeys: 1, time);

    /// <summary>Throws <see cref="FeedFailure"/>; with reason <c>too-often</c> when too many were asked for.</summary>
    public async Task<FeedPreview> ReadAsync(FeedAddress address, CancellationToken cancellationToken)
    {
        if (!_asked.TryTake(0, out var wait))
            throw new FeedFailure("too-often", "Too many addresses were tried; wait a moment.", wait);
        var response = await client.ReadAsync(address, null, null, null, cancellationToken).ConfigureAwait(false);
        var settings = await household.SettingsAsync(cancellationToken).ConfigureAwait(false);
        var zone = CalendarZones.Clock(DateTimeZoneProviders.Tzdb.GetZoneOrNull(settings.Zone) ?? DateTimeZone.Utc);
        return await import.ReadAsync(response, (document, _) => Task.FromResult(Describe(document, zone)), cancellationToken).ConfigureAwait(false);
    }

    private FeedPreview Describe(CalendarDocument document, ZoneClock zone)
    {
        var next = Next(document, zone);
        // After the expansion, which finds problems too.
        return new(FeedImport.ShortName(document.Name), document.Series.Count, !document.IsTruncated, next, document.Problems);
    }

    private List<PreviewedOccurrence> Next(CalendarDocument document, ZoneClock zone)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var expander = new OccurrenceExpander(new CalendarZones(document.Zones, document.Problems));
        var found = new List<Occurrence>();
        foreach (var series in document.Series)
        {
            // Each kind is counted on its own clock, so the first few from now on are the first few of this series.
            var from = (series.Master ?? series.Overrides[0]).Start.Kind is CalendarTimeKind.Date or CalendarTimeKind.Floating ? zone.ToLocal(now) : now;
            expander.Expand(series, from, from + SecondsAhead, MaxNext + Math.Min(series.Overrides.Count, MaxNext), found);
            if (found.Count > MostHeld)
                Cut();
        }

        Cut();
        return found.ConvertAll(o => new PreviewedOccurrence(
            Short(o.Event.Summary) ?? "", Short(o.Event.Location), o.Kind == OccurrenceKind.AllDay, o.Kind == OccurrenceKind.Floating ? zone.ToUtc(o.Start) : o.Start,
            o.Kind == OccurrenceKind.Floating ? zone.ToUtc(o.End) : o.End));

        void Cut()
        {
            found.Sort((a, b) => Instant(a).CompareTo(Instant(b)));
            found.RemoveRange(Math.Min(MaxNext, found.Count), Math.Max(0, found.Count - MaxNext));
        }

        static string? Short(string? text) => text is { Length: > FieldRules.MaxSummaryLength } ? string.Concat(text.AsSpan(0, FieldRules.MaxSummaryLength - 1), "…") : text;

        long Instant(Occurrence occurrence) => occurrence.Kind == OccurrenceKind.Timed ? occurrence.Start : zone.ToUtc(occurrence.Start);
    }
}
