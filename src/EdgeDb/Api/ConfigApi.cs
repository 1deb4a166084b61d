using EdgeDb.Core.Access;
using EdgeDb.Options;

namespace EdgeDb.Api;

/// <summary>/api/config: every setting with its value and where that comes from, and changing them while the service runs.</summary>
internal static class ConfigApi
{
    public static void MapConfigApi(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/api/config", HttpReads.Methods, ListAsync).Requires(AccessDomain.Settings, AccessVerb.Read);
        routes.MapPut("/api/config/{id}", SetAsync).Requires(AccessDomain.Settings, AccessVerb.Change);
        routes.MapDelete("/api/config/{id}", UnsetAsync).Requires(AccessDomain.Settings, AccessVerb.Change);
    }

    private static Task ListAsync(HttpContext context, RunningSettings settings)
    {
        _ = new RequestReader(context.Request);
        var items = SettingTable.Catalog.All.Select(setting => ConfigAnswers.Of(settings[setting], settings.AfterRestart(setting)));
        return context.AnswerAsync(new SettingList([.. items], null), ApiJson.Web.SettingList);
    }

    private static async Task SetAsync(HttpContext context, string id, RunningSettings settings)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.SettingInputBody, context.RequestAborted);
        var setting = await settings.SetAsync(id, input.Value ?? throw ProblemException.Invalid("value", "'value' is required."), context.RequestAborted);
        await context.AnswerAsync(ConfigAnswers.Of(settings[setting], settings.AfterRestart(setting)), ApiJson.Web.SettingBody);
    }

    private static async Task UnsetAsync(HttpContext context, string id, RunningSettings settings)
    {
        _ = new RequestReader(context.Request);
        var setting = await settings.UnsetAsync(id, context.RequestAborted);
        await context.AnswerAsync(ConfigAnswers.Of(settings[setting], settings.AfterRestart(setting)), ApiJson.Web.SettingBody);
    }
}
