using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

/// <summary>/api/tasks.</summary>
internal static class TasksApi
{
    public static void MapTasksApi(this IEndpointRouteBuilder routes)
    {
        var tasks = routes.ServiceProvider.GetRequiredService<TaskStore>();
        routes.MapAnswers(
            "/api/tasks", AccessDomain.Tasks,
            new("tasks", AnswerPolicy.Default, [new("calendar", IsSet: true), new("open"), new("limit"), new("cursor")], (request, answer, ct) => ListAsync(tasks, request, answer, ct)));
        routes.MapPost("/api/tasks", AddAsync).Requires(AccessDomain.Tasks, AccessVerb.Add);
        routes.MapDelete("/api/tasks", ClearAsync).Requires(AccessDomain.Tasks, AccessVerb.Delete);
        routes.MapAnswers("/api/tasks/{id}", AccessDomain.Tasks, new("task", AnswerPolicy.Default, [], (request, answer, ct) => GetAsync(tasks, request, answer, ct)));
        routes.MapPut("/api/tasks/{id}", ChangeAsync).Requires(AccessDomain.Tasks, AccessVerb.Change);
        routes.MapDelete("/api/tasks/{id}", DeleteAsync).Requires(AccessDomain.Tasks, AccessVerb.Delete);
        routes.MapPost("/api/tasks/{id}/restore", RestoreAsync).Requires(AccessDomain.Tasks, AccessVerb.Add);
        routes.MapPost("/api/tasks/{id}/move", MoveAsync).Requires(AccessDomain.Tasks, AccessVerb.Change);
        routes.MapAnswers("/api/tasks/{id}/done", AccessDomain.Tasks, new("done", AnswerPolicy.Default, [], (request, answer, ct) => ListDoneAsync(tasks, request, answer, ct)));
        routes.MapPost("/api/tasks/{id}/done", TickAsync).Requires(AccessDomain.Tasks, AccessVerb.Change);
        routes.MapDelete("/api/tasks/{id}/done", UntickAsync).Requires(AccessDomain.Tasks, AccessVerb.Change);
    }

    private static async ValueTask ListAsync(TaskStore tasks, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        var reader = request.Parameters;
        var limit = Page.Limit(reader);
        var (lists, openOnly, cursor) = (reader.Ids("calendar"), IsTrue(reader, "open"), Page.Cursor(reader));
        answer.DependsOn(Topics.Calendars);
        if (lists.Count == 0)
            answer.DependsOn(Topics.Tasks);
        foreach (var list in lists)
            answer.DependsOn(Topics.Tasks, list);
        var found = await tasks.ListAsync(request.Sight, lists, openOnly, cursor, limit + 1, ct);
        answer.Write(new TaskList([.. found.Take(limit).Select(TaskForm.Body)], found.Count > limit ? found[limit - 1].Id : null), ApiJson.Web.TaskList);
    }

    private static async ValueTask GetAsync(TaskStore tasks, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        var task = await tasks.GetAsync(request.Row, request.Sight, ct);
        answer.DependsOn(Topics.Calendars);
        answer.DependsOn(Topics.Tasks, task.CalendarId);
        answer.HasVersion(task.Version);
        answer.Write(TaskForm.Body(task), ApiJson.Web.TaskBody);
    }

    private static async ValueTask ListDoneAsync(TaskStore tasks, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        var (task, done) = await tasks.DoneAsync(request.Row, request.Sight, ct);
        answer.DependsOn(Topics.Calendars);
        answer.DependsOn(Topics.Tasks, task.CalendarId);
        answer.Write(new TaskDoneList([.. done.Select(static d => new TaskDoneBody(d.Due, TimeText.Instant(d.DoneAt), d.MemberId))], null), ApiJson.Web.TaskDoneList);
    }

    private static async Task AddAsync(HttpContext context, TaskStore tasks)
    {
        var reader = new RequestReader(context.Request);
        var key = reader.EditKey();
        var input = await reader.BodyAsync(ApiJson.Web.TaskInput, context.RequestAborted);
        var list = input.CalendarId ?? throw ProblemException.Invalid("calendarId", "'calendarId' is required.");
        var draft = TaskForm.Draft(input, EventText.MinutesOf(input.Reminders), null);
        var task = await tasks.AddAsync(list, draft, input.MemberId, key?.Id, context.Actor(), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = $"/api/tasks/{task.Id}";
        await WriteAsync(context, task);
    }

    private static async Task ChangeAsync(HttpContext context, string id, TaskStore tasks)
    {
        var reader = new RequestReader(context.Request);
        var input = await reader.BodyAsync(ApiJson.Web.TaskInput, context.RequestAborted);
        var reminders = EventText.MinutesOf(input.Reminders);
        await WriteAsync(
            context,
            await tasks.ChangeAsync(
                id, input.CalendarId, shown => TaskForm.Draft(input, reminders, shown), input.MemberId, reader.ExpectedVersion(), context.Actor(), context.RequestAborted));
    }

    private static async Task DeleteAsync(HttpContext context, string id, TaskStore tasks)
    {
        var reader = new RequestReader(context.Request);
        context.Ticket().Calendar = await tasks.DeleteAsync(id, reader.ExpectedVersion(), context.Actor(), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task ClearAsync(HttpContext context, TaskStore tasks)
    {
        var reader = new RequestReader(context.Request, "calendar", "done");
        if (reader.Ids("calendar") is not [var list])
            throw ProblemException.Invalid("calendar", "'calendar' is required, once.");
        // Said out loud, so that nobody who forgets a parameter deletes a list.
        if (reader.Text("done") != "true")
            throw ProblemException.Invalid("done", "'done' must be true: only what is done is cleared.");
        context.Ticket().Calendar = list;
        await context.Response.WriteAsJsonAsync(
            new ClearedTasksBody(await tasks.ClearDoneAsync(list, context.Actor(), context.RequestAborted)), ApiJson.Web.ClearedTasksBody);
    }

    private static async Task RestoreAsync(HttpContext context, string id, TaskStore tasks)
    {
        var list = new RequestReader(context.Request, "calendarId").Text("calendarId");
        await WriteAsync(context, await tasks.RestoreAsync(id, list, context.Actor(), context.RequestAborted));
    }

    private static async Task MoveAsync(HttpContext context, string id, TaskStore tasks)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.TaskMoveInput, context.RequestAborted);
        await WriteAsync(context, await tasks.MoveAsync(id, input.After, context.Actor(), context.RequestAborted));
    }

    private static async Task TickAsync(HttpContext context, string id, TaskStore tasks)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.TaskDoneInput, context.RequestAborted);
        await WriteAsync(context, await tasks.TickAsync(id, Due(input.Due), input.MemberId, context.Actor(), context.RequestAborted));
    }

    private static async Task UntickAsync(HttpContext context, string id, TaskStore tasks)
    {
        var due = Due(new RequestReader(context.Request, "due").Text("due"));
        await WriteAsync(context, await tasks.UntickAsync(id, due, context.Actor(), context.RequestAborted));
    }

    private static Task WriteAsync(HttpContext context, StoredTask task)
    {
        context.Ticket().Calendar = task.CalendarId;
        context.Response.Headers.ETag = AnswerBuilder.VersionTag(task.Version);
        return context.Response.WriteAsJsonAsync(TaskForm.Body(task), ApiJson.Web.TaskBody);
    }

    private static string? Due(string? text) => text is null
        ? null
        : TaskView.Canonical(text) ?? throw ProblemException.Invalid("due", "'due' must be that of the task: a date such as 2026-01-05, a wall-clock time such as 2026-01-05T09:00:00, or nothing.");

    private static bool IsTrue(RequestReader reader, string name) => reader.Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw ProblemException.Invalid(name, $"'{name}' must be true or false."),
    };
}
