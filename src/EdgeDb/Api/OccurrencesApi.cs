using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
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
        routes.MapMethods("/api/occurrences", HttpReads.Methods, ListAsync);
        routes.MapMethods("/api/next", HttpReads.Methods, NextAsync);
    }

    private static async Task ListAsync(HttpContext context, OccurrenceReader occurrences, HouseholdStore household, Etags etags)
    {
        var reader = new RequestReader(context.Request, "from", "to", "zone", "calendar", "member", "limit", "cursor");
        var notModified = etags.NotModified(context, Topics.Occurrences, Topics.Calendars, Topics.Members, Topics.Household);
        var zone = reader.Zone("zone", (await household.SettingsAsync(context.RequestAborted)).Zone);
        var from = reader.Moment("from", zone);
        var to = reader.Moment("to", zone);
        if (to <= from)
            throw ProblemException.Invalid("to", "'to' must be later than 'from'.");
        if (to - from > Duration.FromDays(MaxDays))
            throw ProblemException.Invalid("to", $"'from' and 'to' may be at most {MaxDays} days apart.");
        var query = new OccurrenceQuery(
            from, to, zone, reader.Ids("calendar"), reader.Ids("member"), reader.Integer("limit", DefaultLimit, 1, MaxLimit), Cursor(reader));
        if (notModified)
            return;

        var page = await occurrences.ReadAsync(query, context.RequestAborted);
        // Whole before it is sent: a failure half-way must be a problem document, not half an answer.
        var body = new ArrayBufferWriter<byte>(16 * 1024);
        using var json = new Utf8JsonWriter(body, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("from"u8, TimeText.Instant(from.ToUnixTimeSeconds()));
        json.WriteString("to"u8, TimeText.Instant(to.ToUnixTimeSeconds()));
        json.WriteString("zone"u8, zone.Id);
        WriteItems(json, page.Items);
        json.WriteString("next"u8, page.Next?.ToString());
        json.WriteEndObject();
        json.Flush();
        await SendAsync(context, body);
    }

    private static async Task NextAsync(HttpContext context, OccurrenceReader occurrences, HouseholdStore household, TimeProvider time)
    {
        var reader = new RequestReader(context.Request, "zone", "count", "calendar", "member");
        var zone = reader.Zone("zone", (await household.SettingsAsync(context.RequestAborted)).Zone);
        var count = reader.Integer("count", 5, 1, MaxNext);
        var now = Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var query = new OccurrenceQuery(now, now, zone, reader.Ids("calendar"), reader.Ids("member"), count);
        OccurrencePage page = new([], null);
        foreach (var days in NextDays)
        {
            page = await occurrences.ReadAsync(query with { To = now + Duration.FromDays(days) }, context.RequestAborted);
            if (page.Items.Count == count)
                break;
        }

        // The tag leaves "now" out: while nothing begins, ends or changes, asking again costs the client nothing.
        if (Etags.NotModified(context, Tag(zone, page.Items)))
            return;
        var body = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(body, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("now"u8, TimeText.Instant(now.ToUnixTimeSeconds()));
        json.WriteString("zone"u8, zone.Id);
        WriteItems(json, page.Items);
        json.WriteEndObject();
        json.Flush();
        await SendAsync(context, body);
    }

    private static string Tag(DateTimeZone zone, IReadOnlyList<OccurrenceView> items)
    {
        var content = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(content, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("zone"u8, zone.Id);
        WriteItems(json, items);
        json.WriteEndObject();
        json.Flush();
        return $"\"{Convert.ToHexStringLower(SHA256.HashData(content.WrittenSpan).AsSpan(0, 12))}\"";
    }

    private static async Task SendAsync(HttpContext context, ArrayBufferWriter<byte> body)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
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

    private static void WriteItem(Utf8JsonWriter json, OccurrenceView item)
    {
        Span<byte> time = stackalloc byte[32];
        var allDay = item.Kind == OccurrenceKind.AllDay;
        var recurrence = item.Recurrence?.ToString();
        json.WriteStartObject();
        json.WriteString("id"u8, recurrence is null ? item.EventId : string.Create(CultureInfo.InvariantCulture, $"{item.EventId}_{recurrence}"));
        json.WriteString("eventId"u8, item.EventId);
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

    private static void WriteStrings(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
