using System.Net;
using EdgeDb.Api;
using EdgeDb.Core.Access;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Household;

namespace EdgeDb.Hosting;

/// <summary>
/// Tells the audit log what requests did: what was written, what left the house, and what was refused. The one place that does, around the one that lets requests in. A read costs no more than
/// the look at its method.
/// </summary>
internal sealed class AuditTrail(RequestDelegate next, AuditLog log)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AccessRequirement>() is not { IsPublic: false } requirement)
            return next(context);
        var reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (!reads || IsExport(context))
            return FollowAsync(context, requirement, reads);
        try
        {
            return next(context);
        }
        catch (ProblemException refused) when (NoteRefusal(context, requirement, refused))
        {
            throw;
        }
    }

    private async Task FollowAsync(HttpContext context, AccessRequirement requirement, bool reads)
    {
        try
        {
            await next(context);
        }
        catch (Exception refused) when (NoteRefusal(context, requirement, refused))
        {
            throw;
        }

        // What was asked for again and is unchanged (304) left the house before. What is done about persons is told by who does it: who asked may be the one who was erased.
        if (context.Response.StatusCode < (reads ? 300 : 400) && requirement.Domain != AccessDomain.Persons)
            log.Write(
                reads ? AuditKind.Export : KindOf(requirement), ActorOf(context), null,
                requirement.Domain == AccessDomain.Settings ? $"{Words(requirement)} {context.Request.RouteValues["id"]}" : $"{Words(requirement)}{Rows(context)}");
    }

    /// <summary>Always false: as a filter it leaves the exception as it is.</summary>
    private bool NoteRefusal(HttpContext context, AccessRequirement requirement, Exception refused)
    {
        if (refused is ProblemException { Status: StatusCodes.Status403Forbidden } or HouseholdException { Error: HouseholdError.Forbidden })
            log.Write(AuditKind.Refused, ActorOf(context), null, $"{Words(requirement)}{Rows(context)}");
        return false;
    }

    /// <summary>What leaves the house. Everything about a person is told by who gives it out, before it leaves.</summary>
    private static bool IsExport(HttpContext context) => context.Request.Path.Value!.EndsWith(".ics", StringComparison.Ordinal);

    private static AuditKind KindOf(AccessRequirement requirement) => requirement.Domain switch
    {
        AccessDomain.Settings => AuditKind.Setting,
        AccessDomain.Backups => AuditKind.Backup,
        _ => AuditKind.Write,
    };

    /// <summary>Who sends a request, and from where when it is not this machine.</summary>
    public static AuditActor ActorOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        var where = address is null || IPAddress.IsLoopback(address) ? "" : address.ToString();
        return context.Features.Get<AccessTicket>()?.Principal is { } principal ? AuditActor.Of(principal, where) : AuditActor.Somebody(where);
    }

    private static string Words(AccessRequirement requirement) => AccessRights.Of(requirement.Domain, requirement.Verb).ToString();

    /// <summary>Ids, and no texts: of the row in the path, or of the one that was added, and of its calendar.</summary>
    private static string Rows(HttpContext context)
    {
        // A path may hold anything: what is no id is no row either.
        var row = context.Request.RouteValues["id"]?.ToString() ?? context.Response.Headers.Location.ToString().Split('/')[^1];
        var calendar = context.Features.Get<AccessTicket>()?.Calendar;
        return (row.Length is > 0 and <= 40 && row.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_') ? " " + row : "")
            + (calendar is null || calendar == row ? "" : " in calendar " + calendar);
    }
}
