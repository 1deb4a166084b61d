using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

/// <summary>/api/calendars and the published /calendars/{id}.ics.</summary>
internal static class CalendarsApi
{
    public static void MapCalendarsApi(this IEndpointRouteBuilder routes)
    {
        var store = routes.ServiceProvider.GetRequiredService<HouseholdStore>();
        routes.MapAnswers("/api/calendars", AccessDomain.Calendars, new("calendars", AnswerPolicy.Default, [new("limit"), new("cursor")], (request, answer, ct) => ListAsync(store, request, answer, ct)));
        routes.MapPost("/api/calendars", AddAsync).Requires(AccessDomain.Calendars, AccessVerb.Add);
        routes.MapPut("/api/calendars/{id}", ChangeAsync).Requires(AccessDomain.Calendars, AccessVerb.Change);
        routes.MapDelete("/api/calendars/{id}", DeleteAsync).Requires(AccessDomain.Calendars, AccessVerb.Delete);
        routes.MapPost("/api/calendars/{id}/import", ImportAsync).Requires(AccessDomain.Events, AccessVerb.Add);
        routes.MapMethods("/calendars/{id}.ics", HttpReads.Methods, PublishAsync).Requires(AccessDomain.Calendars, AccessVerb.Read);
    }

    private static async ValueTask ListAsync(HouseholdStore store, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        answer.DependsOn(Topics.Calendars);
        answer.DependsOn(Topics.Occurrences); // How many events each has,
        answer.DependsOn(Topics.Tasks); // or tasks.
        var page = Page.Of(await store.CalendarsAsync(request.Sight, ct), static c => c.Id, request.Parameters);
        answer.Write(new CalendarList([.. page.Items.Select(Body)], page.Next), ApiJson.Web.CalendarList);
    }

    private static async Task AddAsync(HttpContext context, HouseholdStore store)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.NewCalendarInput, context.RequestAborted);
        var calendar = input.Holds switch
        {
            null or "events" => await store.AddCalendarAsync(input.Name, input.Color, input.Members, input.Access, context.Actor(), context.RequestAborted),
            "tasks" => await store.AddListAsync(input.Name, input.Color, input.Members, input.Access, context.Actor(), context.RequestAborted),
            _ => throw ProblemException.Invalid("holds", "'holds' must be events or tasks."),
        };
        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.WriteAsJsonAsync(Body(calendar), ApiJson.Web.CalendarBody);
    }

    private static async Task ChangeAsync(HttpContext context, string id, HouseholdStore store)
    {
        var reader = new RequestReader(context.Request);
        var input = await reader.BodyAsync(ApiJson.Web.CalendarInput, context.RequestAborted);
        var calendar = await store.ChangeCalendarAsync(
            id, input.Name, input.Color, input.Members, input.Access, reader.ExpectedVersion(), context.Actor(), context.RequestAborted);
        await context.Response.WriteAsJsonAsync(Body(calendar), ApiJson.Web.CalendarBody);
    }

    private static async Task DeleteAsync(HttpContext context, string id, HouseholdStore store)
    {
        var reader = new RequestReader(context.Request, "events");
        var events = reader.Text("events");
        if (events is not (null or "keep" or "delete"))
            throw ProblemException.Invalid("events", "'events' must be keep or delete.");
        await store.DeleteCalendarAsync(id, events == "delete", reader.ExpectedVersion(), context.Actor(), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task ImportAsync(HttpContext context, string id, HouseholdStore store, CalendarImport events, TaskImport tasks)
    {
        _ = new RequestReader(context.Request);
        if (context.Request.ContentType?.Split(';')[0].Trim() is not ("text/calendar" or "application/octet-stream"))
            throw new ProblemException(415, "unsupported-media-type", "The body's type is not understood", "Send Content-Type: text/calendar.", "Content-Type");
        var actor = context.Actor();
        var calendar = await store.CalendarAsync(id, actor with { OwnOnly = false }, context.RequestAborted);
        // The guard asked for the right to add events; a token may have one and not the other.
        if (calendar.Holds == CalendarHolds.Tasks && context.Ticket().Principal!.Extent(AccessDomain.Tasks, AccessVerb.Add) == AccessExtent.None)
            throw new HouseholdException(HouseholdError.Forbidden, "This is a list, and importing into it needs tasks:add.");
        var result = calendar.Holds == CalendarHolds.Tasks
            ? await tasks.ImportAsync(id, context.Request.Body, actor, context.RequestAborted)
            : await events.ImportAsync(id, context.Request.Body, actor, context.RequestAborted);
        await context.Response.WriteAsJsonAsync(
            new ImportBody(result.Events, result.Skipped, [.. result.Problems.Select(FeedsApi.Body)]), ApiJson.Web.ImportBody);
    }

    // Written straight to the client: a calendar may be larger than everything that is kept.
    private static async Task PublishAsync(HttpContext context, string id, CalendarExport export, StreamTags tags)
    {
        _ = new RequestReader(context.Request);
        var sight = context.Actor().Sight;
        // The name is looked up first: once the body has begun, a missing calendar could not be said any more.
        var name = await export.RequireNameAsync(id, sight, context.RequestAborted);
        if (await IsHeldAsync(context, id, name, sight, export, tags))
            return;
        context.Response.ContentType = "text/calendar; charset=utf-8";
        context.Response.Headers.ContentDisposition = "inline; filename=\"calendar.ics\"";
        await export.WriteAsync(id, name, sight, context.Response.BodyWriter, context.RequestAborted);
    }

    private static async Task<bool> IsHeldAsync(HttpContext context, string id, string name, Sight sight, CalendarExport export, StreamTags tags)
    {
        if (sight.Kind == SightKind.Everything)
            return tags.NotModified(
                context, Topics.Calendars, Topics.Members, TagNames.Row(Topics.Occurrences, id), TagNames.AllRows(Topics.Occurrences), TagNames.Row(Topics.Tasks, id),
                TagNames.AllRows(Topics.Tasks));
        // The clock moves with events that this viewer does not see too, and would tell when they change. What they get themselves does not.
        using var content = new HashingPipe();
        await export.WriteAsync(id, name, sight, content, context.RequestAborted);
        return AnswerHeaders.NotModified(context, content.EntityTag());
    }

    private static CalendarBody Body(HouseholdCalendar calendar) =>
        new(
            calendar.Id,
            calendar.Name,
            calendar.Color,
            calendar.Origin == CalendarOrigin.Feed ? "feed" : "local",
            CalendarHoldsNames.Of(calendar.Holds),
            calendar.MemberIds,
            CalendarAccessNames.Of(calendar.Access),
            calendar.Sample,
            calendar.Version,
            calendar.EventCount);
}
