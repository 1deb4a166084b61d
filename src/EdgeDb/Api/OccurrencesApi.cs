using System.Globalization;
using System.Text.Json;
using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using NodaTime;

namespace EdgeDb.Api;

/// <summary>/api/occurrences and /api/next.</summary>
internal static class OccurrencesApi
{
    private const int DefaultLimit = 500;
    private const int MaxLimit = 2000;
    private const int MaxDays = 400;
    private const int MaxNext = 50;

    // How far /api/next looks, in steps, so that a busy household is answered from a week and a quiet one still is.
    private static readonly int[] NextDays = [7, 60, MaxDays];

    public static void MapOccurrencesApi(this IEndpointRouteBuilder routes)
    {
        var occurrences = routes.ServiceProvider.GetRequiredService<OccurrenceReader>();
        var household = routes.ServiceProvider.GetRequiredService<HouseholdStore>();
        var time = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        routes.MapAnswers(
            "/api/occurrences", AccessDomain.Events,
            new(
                "occurrences", AnswerPolicy.Default,
                [
                    new("from", IsDate: true), new("to", IsDate: true), new("zone"), new("calendar", IsSet: true), new("member", IsSet: true), new("limit"), new("cursor"),
                ],
                (request, answer, ct) => ListAsync(occurrences, household, request, answer, ct)));
        routes.MapAnswers(
            "/api/next", AccessDomain.Events,
            new(
                "next", AnswerPolicy.OfTheMoment, [new("zone"), new("count"), new("calendar", IsSet: true), new("member", IsSet: true)],
                (request, answer, ct) => NextAsync(occurrences, household, time, request, answer, ct)));
    }

    private static async ValueTask ListAsync(
        OccurrenceReader occurrences, HouseholdStore household, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        var reader = request.Parameters;
        var zone = reader.Zone("zone", (await household.SettingsAsync(ct)).Zone);
        var (from, to) = reader.Range(zone, MaxDays);
        var query = new OccurrenceQuery(
            from, to, zone, request.Sight, reader.Ids("calendar"), reader.Ids("member"), reader.Integer("limit", DefaultLimit, 1, MaxLimit), Cursor(reader));
        Depend(answer, query);

        var page = await occurrences.ReadAsync(query, ct);
        using var json = new Utf8JsonWriter(answer.Body, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("from"u8, TimeText.Instant(from.ToUnixTimeSeconds()));
        json.WriteString("to"u8, TimeText.Instant(to.ToUnixTimeSeconds()));
        json.WriteString("zone"u8, zone.Id);
        WriteItems(json, page.Items);
        json.WriteString("next"u8, page.Next?.ToString());
        json.WriteEndObject();
    }

    private static async ValueTask NextAsync(
        OccurrenceReader occurrences, HouseholdStore household, TimeProvider time, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        var reader = request.Parameters;
        var zone = reader.Zone("zone", (await household.SettingsAsync(ct)).Zone);
        var count = reader.Integer("count", 5, 1, MaxNext);
        var now = Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var query = new OccurrenceQuery(now, now, zone, request.Sight, reader.Ids("calendar"), reader.Ids("member"), count);
        Depend(answer, query);
        OccurrencePage page = new([], null);
        foreach (var days in NextDays)
        {
            page = await occurrences.ReadAsync(query with { To = now + Duration.FromDays(days) }, ct);
            if (page.Items.Count == count)
                break;
        }

        using var json = new Utf8JsonWriter(answer.Body, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("now"u8, TimeText.Instant(now.ToUnixTimeSeconds()));
        json.Flush();
        // The tag leaves "now" out: while nothing begins, ends or changes, asking again costs the client nothing.
        answer.BeginEntityTag();
        json.WriteString("zone"u8, zone.Id);
        WriteItems(json, page.Items);
        json.WriteEndObject();
    }

    private static void Depend(AnswerBuilder answer, OccurrenceQuery query)
    {
        answer.DependsOn(Topics.Household);
        answer.DependsOn(Topics.Calendars);
        // Which calendars a member has is known only after the read.
        answer.DependsOnCalendars(query.CalendarIds);
    }

    private static OccurrencePosition? Cursor(RequestReader reader)
    {
        if (reader.Text("cursor") is not { } text)
            return null;
        return OccurrencePosition.TryParse(text, out var position)
            ? position
            : throw ProblemException.Invalid("cursor", "'cursor' is not one that this endpoint gave.");
    }

    private static void WriteItems(Utf8JsonWriter json, IReadOnlyList<OccurrenceView> items)
    {
        json.WriteStartArray("items"u8);
        foreach (var item in items)
            WriteItem(json, item);
        json.WriteEndArray();
    }

    /// <summary>An occurrence as all answers show it.</summary>
    internal static void WriteItem(Utf8JsonWriter json, OccurrenceView item)
    {
        Span<byte> time = stackalloc byte[32];
        var allDay = item.Kind == OccurrenceKind.AllDay;
        var recurrence = item.Recurrence?.ToString();
        json.WriteStartObject();
        json.WriteString("id"u8, Id(item, recurrence));
        json.WriteBoolean("busy"u8, item.IsBusy);
        json.WriteString("eventId"u8, item.IsBusy ? null : item.EventId);
        json.WriteString("recurrenceId"u8, recurrence);
        json.WriteString("uid"u8, item.Uid);
        json.WriteString("start"u8, time[..(allDay ? TimeText.WriteDate(time, item.Start) : TimeText.WriteInstant(time, item.Start))]);
        json.WriteString("end"u8, time[..(allDay ? TimeText.WriteDate(time, item.End) : TimeText.WriteInstant(time, item.End))]);
        json.WriteBoolean("allDay"u8, allDay);
        json.WriteString("zone"u8, item.Zone);
        json.WriteString("summary"u8, item.Summary);
        json.WriteString("location"u8, item.Location);
        json.WriteString("status"u8, item.Status == EventStatus.Tentative ? "tentative"u8 : "confirmed"u8);
        json.WriteBoolean("recurring"u8, recurrence is not null);
        json.WriteBoolean("editable"u8, item.Editable);
        json.WriteBoolean("private"u8, item.Private);
        json.WriteString("color"u8, item.Color);
        WriteStrings(json, "calendars"u8, item.CalendarIds);
        WriteStrings(json, "members"u8, item.MemberIds);
        json.WriteEndObject();
    }

    /// <summary>Names it among all occurrences.</summary>
    internal static string Id(OccurrenceView item) => Id(item, item.Recurrence?.ToString());

    // Of a time that is taken only the time is told, so it is its name too.
    private static string Id(OccurrenceView item, string? recurrence) =>
        item.IsBusy ? string.Create(CultureInfo.InvariantCulture, $"busy_{(item.Kind == OccurrenceKind.AllDay ? "d" : "t")}{item.Start}_{item.End}")
        : recurrence is null ? item.EventId
        : $"{item.EventId}_{recurrence}";

    private static void WriteStrings(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
