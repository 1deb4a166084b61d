using System.Collections.Frozen;
using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Settings;
using NodaTime;

namespace EdgeDb.Api;

/// <summary>/api/events, and /api/edits: what was done to them.</summary>
internal static class EventsApi
{
    public static void MapEventsApi(this IEndpointRouteBuilder routes)
    {
        var events = routes.ServiceProvider.GetRequiredService<EventStore>();
        var time = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        routes.MapAnswers(
            "/api/events", AccessDomain.Events,
            new(
                "events", AnswerPolicy.Default, [new("calendar", IsSet: true), new("q"), new("limit"), new("cursor")],
                (request, answer, ct) => ListAsync(events, request, answer, ct)));
        routes.MapPost("/api/events", AddAsync).Requires(AccessDomain.Events, AccessVerb.Add);
        var batcher = new Batcher<EventAsked, (StoredEvent Event, CalendarZones Zones)>(
            routes.ServiceProvider.GetRequiredService<Live<PipelineSettings>>(), time, events.FindAsync);
        routes.MapAnswers(
            "/api/events/{id}", AccessDomain.Events,
            new("event", AnswerPolicy.Default, [new("recurrenceId")], (request, answer, ct) => GetAsync(events, batcher, time, request, answer, ct)));
        routes.MapPut("/api/events/{id}", ChangeAsync).Requires(AccessDomain.Events, AccessVerb.Change);
        routes.MapDelete("/api/events/{id}", DeleteAsync).Requires(AccessDomain.Events, AccessVerb.Delete);
        routes.MapPost("/api/events/{id}/restore", RestoreAsync).Requires(AccessDomain.Events, AccessVerb.Add);
        routes.MapPost("/api/edits/{id}/undo", UndoAsync).Requires(AccessDomain.Events, AccessVerb.Change);
    }

    private static async ValueTask ListAsync(EventStore events, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        var reader = request.Parameters;
        var limit = Page.Limit(reader);
        var (calendars, text, cursor) = (reader.Ids("calendar"), reader.Text("q"), Page.Cursor(reader));
        answer.DependsOn(Topics.Calendars);
        answer.DependsOnCalendars(calendars);
        var found = await events.ListAsync(request.Sight, calendars, text, cursor, limit + 1, ct);
        var page = found.Take(limit).ToList();
        var zones = new Dictionary<string, CalendarZones>();
        foreach (var calendar in page.Select(static e => e.CalendarId).Distinct())
            zones.Add(calendar, await events.ZonesAsync(calendar, ct));
        answer.Write(
            new EventList([.. page.Select(e => EventText.Body(e, EventSource.Read(e.Source).Master, null, zones[e.CalendarId]))], found.Count > limit ? page[^1].Id : null),
            ApiJson.Web.EventList);
    }

    private static async ValueTask GetAsync(
        EventStore events, Batcher<EventAsked, (StoredEvent Event, CalendarZones Zones)> batcher, TimeProvider time,
        AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        var occurrence = Occurrence(request.Parameters);
        var asked = new EventAsked(request.Row, request.Sight);
        var (stored, zones) = answer.Features.HasFlag(PipelineFeatures.Batching)
            ? await batcher.GetAsync(asked, ct)
            : (await events.FindAsync([asked], ct)).GetValueOrDefault(asked);
        if (stored is null)
            throw HouseholdException.Missing("event", request.Row);
        answer.DependsOn(Topics.Calendars);
        answer.DependsOnCalendars([stored.CalendarId]);
        answer.HasVersion(stored.Version);
        var source = EventSource.Read(stored.Source);
        var component = occurrence is { } one ? new EventEditor(zones, Now(time), "").Describe(source, one) : source.Master;
        answer.Write(EventText.Body(stored, component, occurrence, zones), ApiJson.Web.EventBody);
    }

    private static async Task AddAsync(HttpContext context, EventStore events, HouseholdStore household, TimeProvider time)
    {
        var reader = new RequestReader(context.Request);
        var edit = reader.EditKey();
        var input = await reader.BodyAsync(ApiJson.Web.EventInput, context.RequestAborted);
        if (await IsRepeatedAsync(context, events, edit))
            return;
        var calendarId = input.CalendarId ?? throw ProblemException.Invalid("calendarId", "'calendarId' is required.");
        var source = EventEditor.Create(household.NewId(), EventText.Draft(input, [], await MembersAsync(input, household, context.RequestAborted), null), Now(time));
        var ids = await events.SaveAsync([new(null, calendarId, source.ToUtf8(), null)], context.Actor(), edit, context.RequestAborted);
        context.Ticket().Calendar = calendarId;
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = $"/api/events/{ids[0]}";
        await WriteAsync(context, events, ids[0]);
    }

    private static async Task ChangeAsync(HttpContext context, string id, EventStore events, HouseholdStore household, TimeProvider time)
    {
        var reader = new RequestReader(context.Request, "scope", "recurrenceId");
        var (scope, occurrence) = Scope(reader);
        var edit = reader.EditKey();
        var input = await reader.BodyAsync(ApiJson.Web.EventInput, context.RequestAborted);
        if (await IsRepeatedAsync(context, events, edit))
            return;
        var stored = await events.GetAsync(id, context.Actor().Sight, context.RequestAborted);
        RequireEditable(stored);
        var source = EventSource.Read(stored.Source);
        var zones = await events.ZonesAsync(stored.CalendarId, context.RequestAborted);
        var editor = new EventEditor(zones, Now(time), household.NewId());
        var shown = scope == EventScope.All ? source.Master : editor.Describe(source, occurrence!.Value);
        var draft = EventText.Draft(input, source.ZoneIds, await MembersAsync(input, household, context.RequestAborted), EventView.Of(shown, zones));
        var calendarId = input.CalendarId ?? stored.CalendarId;
        if (calendarId != stored.CalendarId && scope != EventScope.All)
            throw ProblemException.Invalid("calendarId", "Only a whole event can move to another calendar; use scope=all.");

        context.Ticket().Calendar = calendarId;
        EventSource? second = null;
        switch (scope)
        {
            case EventScope.All:
                editor.ChangeAll(source, draft);
                break;
            case EventScope.This:
                editor.ChangeThis(source, occurrence!.Value, draft);
                break;
            case EventScope.Following:
                second = editor.ChangeFollowing(source, occurrence!.Value, draft);
                break;
        }

        // The version that was read is what the edit was made on, also when the client did not say which it has seen.
        var changes = new List<EventChange> { new(id, calendarId, source.ToUtf8(), reader.ExpectedVersion() ?? stored.Version) };
        if (second is not null)
            changes.Add(new(null, calendarId, second.ToUtf8(), null));
        var ids = await events.SaveAsync(changes, context.Actor(), edit, context.RequestAborted);
        await WriteAsync(context, events, ids[^1]);
    }

    private static async Task DeleteAsync(HttpContext context, string id, EventStore events, TimeProvider time)
    {
        var reader = new RequestReader(context.Request, "scope", "recurrenceId");
        var (scope, occurrence) = Scope(reader);
        var edit = reader.EditKey();
        if (edit is not null && await events.MadeAsync(edit, context.RequestAborted) is not null)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        var stored = await events.GetAsync(id, context.Actor().Sight, context.RequestAborted);
        RequireEditable(stored);
        context.Ticket().Calendar = stored.CalendarId;
        var expected = reader.ExpectedVersion();
        if (scope != EventScope.All)
        {
            var source = EventSource.Read(stored.Source);
            var editor = new EventEditor(await events.ZonesAsync(stored.CalendarId, context.RequestAborted), Now(time), "");
            var left = scope == EventScope.This ? editor.DeleteThis(source, occurrence!.Value) : editor.DeleteFollowing(source, occurrence!.Value);
            if (left)
            {
                await events.SaveAsync([new(id, stored.CalendarId, source.ToUtf8(), expected ?? stored.Version)], context.Actor(), edit, context.RequestAborted);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }
            // That nothing is left was true of the version that was read.
            expected ??= stored.Version;
        }
        await events.DeleteAsync(id, expected, context.Actor(), edit, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task RestoreAsync(HttpContext context, string id, EventStore events)
    {
        var reader = new RequestReader(context.Request, "calendarId");
        await events.RestoreAsync(id, reader.Text("calendarId"), context.Actor(), context.RequestAborted);
        await WriteAsync(context, events, id);
    }

    private static async Task UndoAsync(HttpContext context, string id, EventStore events)
    {
        _ = new RequestReader(context.Request);
        var shown = await events.UndoAsync(id, context.Actor(), context.RequestAborted);
        await WriteIfThereAsync(context, events, shown is null ? [] : [shown]);
    }

    /// <summary>Those there are, where the request names any.</summary>
    private static async ValueTask<IReadOnlySet<string>> MembersAsync(EventInput input, HouseholdStore household, CancellationToken ct) =>
        input.Members is { Count: > 0 } ? (await household.MembersAsync(ct)).Select(static m => m.Id).ToHashSet(StringComparer.Ordinal) : FrozenSet<string>.Empty;

    /// <summary>Answers an edit that was made already with what has become of its event. Looked at before the edit is worked out, which may fail the second time.</summary>
    private static async Task<bool> IsRepeatedAsync(HttpContext context, EventStore events, EditKey? edit)
    {
        if (edit is null || await events.MadeAsync(edit, context.RequestAborted) is not { } ids)
            return false;
        await WriteIfThereAsync(context, events, [ids[^1]]);
        return true;
    }

    private static async Task WriteIfThereAsync(HttpContext context, EventStore events, IReadOnlyList<string> ids)
    {
        var asked = ids.Select(id => new EventAsked(id, context.Actor().Sight)).ToList();
        if ((await events.FindAsync(asked, context.RequestAborted)).Values.FirstOrDefault() is { Event: { } stored } found)
            await WriteAsync(context, stored, found.Zones);
        else
            context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task WriteAsync(HttpContext context, EventStore events, string id)
    {
        var stored = await events.GetAsync(id, context.Actor().Sight, context.RequestAborted);
        await WriteAsync(context, stored, await events.ZonesAsync(stored.CalendarId, context.RequestAborted));
    }

    private static async Task WriteAsync(HttpContext context, StoredEvent stored, CalendarZones zones)
    {
        context.Response.Headers.ETag = AnswerBuilder.VersionTag(stored.Version);
        await context.Response.WriteAsJsonAsync(EventText.Body(stored, EventSource.Read(stored.Source).Master, null, zones), ApiJson.Web.EventBody);
    }

    private static void RequireEditable(StoredEvent stored)
    {
        if (!stored.Editable)
            throw new HouseholdException(HouseholdError.Conflict, "This event comes from a feed; change it where it comes from.");
    }

    private static (EventScope Scope, RecurrenceId? Occurrence) Scope(RequestReader reader)
    {
        var occurrence = Occurrence(reader);
        var scope = reader.Text("scope") switch
        {
            // Whoever names an occurrence and forgets the scope does not mean the whole series.
            null when occurrence is not null => throw ProblemException.Invalid("scope", "'scope' is required with recurrenceId."),
            null or "all" => EventScope.All,
            "this" => EventScope.This,
            "following" => EventScope.Following,
            _ => throw ProblemException.Invalid("scope", "'scope' must be all, this or following."),
        };
        if (scope != EventScope.All && occurrence is null)
            throw ProblemException.Invalid("recurrenceId", "'recurrenceId' is required with scope=this and scope=following.");
        return (scope, occurrence);
    }

    private static RecurrenceId? Occurrence(RequestReader reader)
    {
        if (reader.Text("recurrenceId") is not { } text)
            return null;
        return RecurrenceId.TryParse(text, out var id)
            ? id
            : throw ProblemException.Invalid("recurrenceId", "'recurrenceId' must be one that an occurrence has, such as 20260105T080000Z or 20260105.");
    }

    private static Instant Now(TimeProvider time) => Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
}
