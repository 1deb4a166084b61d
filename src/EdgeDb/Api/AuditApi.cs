using System.Globalization;
using EdgeDb.Core.Access;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Household;

namespace EdgeDb.Api;

/// <summary>/api/audit: what was done, by whom. /api/security: what an owner should look at.</summary>
internal static class AuditApi
{
    private static readonly string[] ActorNames = ["service", "console", "anybody", "account", "device", "token"];

    public static void MapAuditApi(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/api/audit", HttpReads.Methods, ListAsync).Requires(AccessDomain.Audit, AccessVerb.Read);
        routes.MapMethods("/api/security", HttpReads.Methods, WarningsAsync).Requires(AccessDomain.Audit, AccessVerb.Read);
        routes.MapDelete("/api/security/{id:int}", AcknowledgeAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
    }

    private static async Task ListAsync(HttpContext context, AuditLog log)
    {
        var reader = new RequestReader(context.Request, "limit", "cursor", "kind", "actor");
        var limit = Page.Limit(reader);
        var kind = reader.Text("kind");
        if (kind is not null && AuditKinds.Of(kind) is null)
            throw ProblemException.Invalid("kind", $"'kind' must be one of {string.Join(", ", AuditKinds.All)}.");
        var entries = await log.Reader.NewestAsync(Cursor(reader), kind, Actor(reader), limit + 1, context.RequestAborted);
        var page = entries.Take(limit).Select(Body).ToList();
        await context.AnswerAsync(
            new AuditEntryList(page, entries.Count > limit ? page[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null), ApiJson.Web.AuditEntryList);
    }

    private static async Task WarningsAsync(HttpContext context, AuditLog log)
    {
        _ = new RequestReader(context.Request);
        var warnings = await log.Events.ListAsync(context.RequestAborted);
        await context.AnswerAsync(
            new SecurityBody(
                warnings.Count(static warning => !warning.IsAcknowledged),
                [.. Enum.GetValues<SecurityEventKind>().Select(kind => new SecurityCountBody(SecurityEvents.Name(kind), log.Events.Count(kind)))],
                [.. warnings.Select(Body)],
                null),
            ApiJson.Web.SecurityBody);
    }

    private static async Task AcknowledgeAsync(HttpContext context, int id, AuditLog log)
    {
        _ = new RequestReader(context.Request);
        if (!await log.Events.AcknowledgeAsync(id, AuditActor.Of(context.Ticket().Principal!, ""), context.RequestAborted))
            throw new HouseholdException(HouseholdError.NotFound, $"There is no open warning {id}.");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string? Actor(RequestReader reader) => reader.Text("actor") switch
    {
        null => null,
        var name when Array.IndexOf(ActorNames, name) >= 0 || Guid.TryParseExact(name, "D", out _) => name,
        _ => throw ProblemException.Invalid("actor", $"'actor' must be one of {string.Join(", ", ActorNames)}, or the id of an account."),
    };

    /// <summary>The sequence to continue before.</summary>
    private static long Cursor(RequestReader reader) => reader.Text("cursor") switch
    {
        null => long.MaxValue,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) => sequence,
        _ => throw ProblemException.Invalid("cursor", "'cursor' is not one that this endpoint gave."),
    };

    internal static AuditEntryBody Body(AuditEntry entry) => new(
        entry.Sequence, TimeText.Instant(entry.At), entry.Boot, entry.Kind, entry.Actor, entry.Who, entry.What, entry.IsErased, Convert.ToHexStringLower(entry.Hash));

    private static WarningBody Body((AuditEntry Warning, bool IsAcknowledged) warning)
    {
        var text = warning.Warning.What;
        var colon = text?.IndexOf(": ", StringComparison.Ordinal) ?? -1;
        return colon < 0
            // A number of them that came within a minute, or one whose person was erased.
            ? new(warning.Warning.Sequence, TimeText.Instant(warning.Warning.At), "other", text, warning.IsAcknowledged)
            : new(warning.Warning.Sequence, TimeText.Instant(warning.Warning.At), text![..colon], text[(colon + 2)..], warning.IsAcknowledged);
    }
}
