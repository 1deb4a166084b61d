using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

/// <summary>/api/household and /api/sample.</summary>
internal static class HouseholdApi
{
    public static void MapHouseholdApi(this IEndpointRouteBuilder routes)
    {
        var store = routes.ServiceProvider.GetRequiredService<HouseholdStore>();
        var sample = routes.ServiceProvider.GetRequiredService<SampleHousehold>();
        routes.MapAnswers("/api/household", AccessDomain.Household, new("household", AnswerPolicy.Default, [], (_, answer, ct) => GetAsync(store, sample, answer, ct)));
        routes.MapPut("/api/household", ChangeAsync).Requires(AccessDomain.Household, AccessVerb.Change);
        routes.MapPost("/api/sample", AddSampleAsync).Requires(AccessDomain.Household, AccessVerb.Change);
        routes.MapDelete("/api/sample", DeleteSampleAsync).Requires(AccessDomain.Household, AccessVerb.Change);
    }

    private static async ValueTask GetAsync(HouseholdStore store, SampleHousehold sample, AnswerBuilder answer, CancellationToken ct)
    {
        answer.DependsOn(Topics.Household);
        answer.DependsOn(Topics.Members);
        answer.DependsOn(Topics.Calendars);
        var (settings, window) = await store.OverviewAsync(ct);
        answer.Write(Body(settings, await sample.IsPresentAsync(ct), window), ApiJson.Web.HouseholdBody);
    }

    private static async Task ChangeAsync(HttpContext context, HouseholdStore store, SampleHousehold sample)
    {
        var reader = new RequestReader(context.Request);
        var change = await reader.BodyAsync(ApiJson.Web.HouseholdChange, context.RequestAborted);
        var settings = await store.ChangeSettingsAsync(
            change.Name, change.Zone, change.Language, change.WeekStart, change.Clock, change.WeekNumbers, reader.ExpectedVersion(), context.RequestAborted);
        var (_, window) = await store.OverviewAsync(context.RequestAborted);
        var hasSample = await sample.IsPresentAsync(context.RequestAborted);
        await context.Response.WriteAsJsonAsync(Body(settings, hasSample, window), ApiJson.Web.HouseholdBody);
    }

    private static async Task AddSampleAsync(HttpContext context, SampleHousehold sample)
    {
        _ = new RequestReader(context.Request);
        if (!await sample.AddIfEmptyAsync(context.RequestAborted))
            throw new HouseholdException(HouseholdError.Conflict, "The household has members or calendars already; the sample is for one that has none.");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task DeleteSampleAsync(HttpContext context, SampleHousehold sample)
    {
        _ = new RequestReader(context.Request);
        await sample.RemoveAsync(context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static HouseholdBody Body(HouseholdSettings settings, bool sample, OccurrenceWindow window) =>
        new(
            settings.Name,
            settings.Zone,
            settings.Language,
            settings.WeekStart,
            settings.Clock,
            settings.WeekNumbers,
            sample,
            TimeText.Instant(window.From),
            TimeText.Instant(window.To),
            settings.Version);
}
