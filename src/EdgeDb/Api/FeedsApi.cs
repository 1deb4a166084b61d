using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Work;
using EdgeDb.Hosting;

namespace EdgeDb.Api;

/// <summary>/api/feeds.</summary>
internal static class FeedsApi
{
    private const int MaxPreviewedProblems = 20;

    public static void MapFeedsApi(this IEndpointRouteBuilder routes)
    {
        var store = routes.ServiceProvider.GetRequiredService<FeedStore>();
        var refresher = routes.ServiceProvider.GetRequiredService<FeedRefresher>();
        routes.MapAnswers("/api/feeds", AccessDomain.Feeds, new("feeds", AnswerPolicy.Default, [new("limit"), new("cursor")], (request, answer, ct) => ListAsync(store, refresher, request, answer, ct)));
        routes.MapPost("/api/feeds", AddAsync).Requires(AccessDomain.Feeds, AccessVerb.Add);
        routes.MapPost("/api/feeds/preview", PreviewAsync).Requires(AccessDomain.Feeds, AccessVerb.Add);
        routes.MapPut("/api/feeds/{id}", ChangeAsync).Requires(AccessDomain.Feeds, AccessVerb.Change);
        routes.MapDelete("/api/feeds/{id}", DeleteAsync).Requires(AccessDomain.Feeds, AccessVerb.Delete);
        routes.MapPost("/api/feeds/{id}/refresh", RefreshAsync).Requires(AccessDomain.Feeds, AccessVerb.Change);
        routes.MapAnswers(
            "/api/feeds/{id}/problems", AccessDomain.Feeds,
            new("feed-problems", AnswerPolicy.Default, [new("limit"), new("cursor")], (request, answer, ct) => ProblemsAsync(store, request, answer, ct)));
    }

    public static FeedProblemBody Body(CalendarProblem problem) =>
        new(problem.Line, problem.Component, problem.Uid, problem.Property, problem.Reason);

    private static async ValueTask ListAsync(FeedStore store, FeedRefresher refresher, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        answer.DependsOn(Topics.Feeds);
        answer.DependsOn(Topics.Calendars);
        answer.DependsOn(Topics.Occurrences); // How many events each has.
        var page = Page.Of(await store.ListAsync(request.Sight, ct), static f => f.Id, request.Parameters);
        answer.Write(new FeedList([.. page.Items.Select(f => Body(f, store, refresher))], page.Next), ApiJson.Web.FeedList);
    }

    private static async Task AddAsync(HttpContext context, FeedStore store, FeedRefresher refresher, BackgroundQueue queue)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.FeedInput, context.RequestAborted);
        var address = FeedAddress.Parse(input.Address, "address", allowFile: false);
        var feed = await store.AddAsync(address, input.Name, input.Color, input.Members, input.Access, context.Actor(), context.RequestAborted);
        queue.Wake(HouseholdWorker.Feeds);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.WriteAsJsonAsync(Body(feed, store, refresher), ApiJson.Web.FeedBody);
    }

    private static async Task PreviewAsync(HttpContext context, FeedPreviewer previewer)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.FeedPreviewInput, context.RequestAborted);
        var address = FeedAddress.Parse(input.Address, "address", allowFile: false);
        try
        {
            var preview = await previewer.ReadAsync(address, context.RequestAborted);
            await context.AnswerAsync(
                new FeedPreviewBody(
                    preview.Name, preview.Events, preview.IsWhole, [.. preview.Next.Select(Body)], preview.Problems.Count,
                    [.. preview.Problems.Items.Take(MaxPreviewedProblems).Select(Body)]),
                ApiJson.Web.FeedPreviewBody);
        }
        catch (FeedFailure failure) when (failure.Reason == "too-often")
        {
            throw new ProblemException(429, "too-often", "Too many addresses were tried", failure.Detail) { RetryAfter = failure.RetryAfter };
        }
        catch (FeedFailure failure)
        {
            throw new ProblemException(422, "feed-" + failure.Reason, "No calendar can be read there", failure.Detail, "address");
        }
    }

    private static async Task ChangeAsync(HttpContext context, string id, FeedStore store, FeedRefresher refresher)
    {
        var reader = new RequestReader(context.Request);
        var input = await reader.BodyAsync(ApiJson.Web.FeedInput, context.RequestAborted);
        if (input.Address is not null)
            throw ProblemException.Invalid("address", "The address of a feed cannot be changed; add the new one and remove this.");
        var feed = await store.ChangeAsync(id, input.Name, input.Color, input.Members, input.Access, reader.ExpectedVersion(), context.Actor(), context.RequestAborted);
        await context.Response.WriteAsJsonAsync(Body(feed, store, refresher), ApiJson.Web.FeedBody);
    }

    private static async Task DeleteAsync(HttpContext context, string id, FeedStore store)
    {
        var reader = new RequestReader(context.Request);
        await store.DeleteAsync(id, reader.ExpectedVersion(), context.Actor(), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task RefreshAsync(HttpContext context, string id, FeedStore store, FeedRefresher refresher, BackgroundQueue queue)
    {
        _ = new RequestReader(context.Request);
        var feed = await store.AskNowAsync(id, context.Actor(), context.RequestAborted);
        queue.Wake(HouseholdWorker.Feeds);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(Body(feed, store, refresher), ApiJson.Web.FeedBody);
    }

    private static async ValueTask ProblemsAsync(FeedStore store, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        answer.DependsOn(Topics.Feeds);
        answer.DependsOn(Topics.Calendars); // Who sees it.
        var limit = Page.Limit(request.Parameters);
        var after = request.Parameters.Integer("cursor", -1, 0, int.MaxValue);
        var (problems, total) = await store.ProblemsAsync(request.Row, request.Sight, after, limit, ct);
        var next = problems.Count == limit && problems[^1].Ordinal + 1 < total ? problems[^1].Ordinal : (int?)null;
        answer.Write(
            new FeedProblemList(
                [.. problems.Select(p => Body(p.Problem))], total, next?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ApiJson.Web.FeedProblemList);
    }

    private static PreviewedOccurrenceBody Body(PreviewedOccurrence occurrence) => new(
        occurrence.Summary,
        occurrence.Location,
        occurrence.IsAllDay ? TimeText.Date(occurrence.Start) : TimeText.Instant(occurrence.Start),
        occurrence.IsAllDay ? TimeText.Date(occurrence.End) : TimeText.Instant(occurrence.End),
        occurrence.IsAllDay);

    private static FeedBody Body(Feed feed, FeedStore store, FeedRefresher refresher) =>
        new(
            feed.Id,
            feed.CalendarId,
            feed.Name,
            feed.Color,
            feed.MemberIds,
            store.MaskedAddress(feed),
            refresher.IsRefreshing(feed) ? "refreshing" : feed.LastAttemptAt is null ? "new" : feed.Failures > 0 ? "failing" : "ok",
            TimeText.Instant(feed.LastAttemptAt),
            TimeText.Instant(feed.LastSuccessAt),
            TimeText.Instant(feed.NextAttemptAt),
            feed.ErrorReason is { } reason ? new(reason, feed.ErrorDetail ?? "") : null,
            feed.EventCount,
            feed.SkippedCount,
            feed.Version);
}
