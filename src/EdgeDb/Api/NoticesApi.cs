using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using NodaTime.Text;

namespace EdgeDb.Api;

/// <summary>/api/notices.</summary>
internal static class NoticesApi
{
    public static void MapNoticesApi(this IEndpointRouteBuilder routes)
    {
        var notices = routes.ServiceProvider.GetRequiredService<NoticeStore>();
        routes.MapAnswers(
            "/api/notices", AccessDomain.Notices,
            new("notices", AnswerPolicy.OfTheMoment, [new("limit"), new("cursor")], (request, answer, ct) => ListAsync(notices, request, answer, ct)));
        routes.MapPost("/api/notices", AddAsync).Requires(AccessDomain.Notices, AccessVerb.Add);
        routes.MapPut("/api/notices/{id}", ChangeAsync).Requires(AccessDomain.Notices, AccessVerb.Change);
        routes.MapDelete("/api/notices/{id}", DeleteAsync).Requires(AccessDomain.Notices, AccessVerb.Delete);
        routes.MapPost("/api/notices/{id}/restore", RestoreAsync).Requires(AccessDomain.Notices, AccessVerb.Change);
    }

    // Which have expired depends on the moment.
    private static async ValueTask ListAsync(NoticeStore notices, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        answer.DependsOn(Topics.Notices);
        var page = Page.Of(await notices.ListAsync(ct), static n => n.Id, request.Parameters);
        answer.Write(new NoticeList([.. page.Items.Select(Body)], page.Next), ApiJson.Web.NoticeList);
    }

    private static async Task AddAsync(HttpContext context, NoticeStore notices)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.NoticeInput, context.RequestAborted);
        var notice = await notices.AddAsync(input.Text, input.Color, Moment(input.ExpiresAt), context.Actor(), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = $"/api/notices/{notice.Id}";
        await context.Response.WriteAsJsonAsync(Body(notice), ApiJson.Web.NoticeBody);
    }

    private static async Task ChangeAsync(HttpContext context, string id, NoticeStore notices)
    {
        var reader = new RequestReader(context.Request);
        var input = await reader.BodyAsync(ApiJson.Web.NoticeInput, context.RequestAborted);
        var notice = await notices.ChangeAsync(id, input.Text, input.Color, Moment(input.ExpiresAt), reader.ExpectedVersion(), context.Actor(), context.RequestAborted);
        await context.Response.WriteAsJsonAsync(Body(notice), ApiJson.Web.NoticeBody);
    }

    private static async Task DeleteAsync(HttpContext context, string id, NoticeStore notices)
    {
        var reader = new RequestReader(context.Request);
        await notices.DeleteAsync(id, reader.ExpectedVersion(), context.Actor(), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task RestoreAsync(HttpContext context, string id, NoticeStore notices)
    {
        _ = new RequestReader(context.Request);
        await context.Response.WriteAsJsonAsync(Body(await notices.RestoreAsync(id, context.Actor(), context.RequestAborted)), ApiJson.Web.NoticeBody);
    }

    private static long? Moment(string? text) => text is null
        ? null
        : OffsetDateTimePattern.Rfc3339.Parse(text) is { Success: true } moment
            ? moment.Value.ToInstant().ToUnixTimeSeconds()
            : throw ProblemException.Invalid("expiresAt", "'expiresAt' must be a time such as 2026-01-05T08:00:00Z.");

    private static NoticeBody Body(Notice notice) => new(
        notice.Id, notice.Text, notice.Color, notice.MemberId, TimeText.Instant(notice.CreatedAt), TimeText.Instant(notice.ExpiresAt), notice.Version);
}
