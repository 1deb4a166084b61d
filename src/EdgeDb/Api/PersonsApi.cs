using EdgeDb.Core.Access;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Household;
using EdgeDb.Core.Privacy;
using EdgeDb.Hosting;

namespace EdgeDb.Api;

/// <summary>/api/persons: everything about a person.</summary>
internal static class PersonsApi
{
    /// <summary>How long an answer waits for an erasure to be finished; it goes on without.</summary>
    private static readonly TimeSpan WaitMost = TimeSpan.FromSeconds(20);

    private const int MaxAddresses = 20;
    private const int MaxAddressLength = 254;

    public static void MapPersonsApi(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/api/persons/{id}/export", HttpReads.Methods, ExportAsync).Requires(AccessDomain.Persons, AccessVerb.Read);
        routes.MapMethods("/api/persons/{id}/erasure", HttpReads.Methods, PreviewAsync).Requires(AccessDomain.Persons, AccessVerb.Delete);
        routes.MapPost("/api/persons/{id}/erasure", EraseAsync).Requires(AccessDomain.Persons, AccessVerb.Delete);
    }

    private static async Task ExportAsync(HttpContext context, string id, Persons persons, AuditLog audit)
    {
        _ = new RequestReader(context.Request);
        var ticket = context.Ticket();
        var own = ticket.Principal!.MemberId ?? ticket.Principal.AccountId;
        // Before it is looked up: who may look at their own only is not told who else there is.
        var person = ticket.Extent == AccessExtent.All || id == own || id == ticket.Principal.AccountId
            ? await persons.RequireAsync(id, context.RequestAborted)
            : throw new HouseholdException(HouseholdError.Forbidden, "You get this of yourself only; an owner gets it of others.");
        // Before it is given out, and durable: an export that a power cut takes out of the log would be one that nobody knows of.
        audit.Write(AuditKind.Export, AuditTrail.ActorOf(context), person.Id, "persons:read " + person.Id);
        await audit.FlushAsync(context.RequestAborted);
        context.Response.ContentType = "application/zip";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"person.zip\"";
        context.Response.Headers.CacheControl = "no-store";
        await persons.ExportAsync(Persons.ViewOf(person, ticket.Principal), context.Response.BodyWriter, context.RequestAborted);
    }

    private static async Task PreviewAsync(HttpContext context, string id, Persons persons, PersonErasure erasure)
    {
        _ = new RequestReader(context.Request);
        var person = await persons.RequireAsync(id, context.RequestAborted);
        var preview = await erasure.PreviewAsync(person, context.RequestAborted);
        await context.AnswerAsync(Body(person, preview), ApiJson.Web.ErasurePreviewBody);
    }

    public static ErasurePreviewBody Body(Person person, ErasurePreview preview) =>
        new(person.Id, person.Name, preview.Refused is { } refused ? new(refused.Reason, refused.Detail) : null, [.. preview.Going.Select(Body)], [.. preview.Staying.Select(Body)]);

    private static async Task EraseAsync(HttpContext context, string id, Persons persons, PersonErasure erasure, IHostApplicationLifetime lifetime)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.ErasureInput, context.RequestAborted);
        var addresses = Addresses(input.Addresses);
        var replaceBackups = input.Backups switch
        {
            null or "keep" => false,
            "replace" => true,
            _ => throw ProblemException.Invalid("backups", "'backups' must be keep or replace."),
        };
        if (input.Confirm is not { Length: > 0 and <= 100 } confirm)
            throw ProblemException.Invalid("confirm", "'confirm' is required: the name of the person, typed once more.");
        var person = await persons.RequireAsync(id, context.RequestAborted);
        if (confirm.Trim() != person.Name)
            throw ProblemException.Invalid("confirm", "'confirm' is not the name of this person.");
        await erasure.BeginAsync(person, addresses, replaceBackups, AuditTrail.ActorOf(context), context.RequestAborted);
        // Not with the token of the request: it is decided, and who asked may be signed out by it.
        var finishing = erasure.FinishAsync(isWhole: true, lifetime.ApplicationStopping);
        var finished = await Task.WhenAny(finishing, Task.Delay(WaitMost, TimeProvider.System, context.RequestAborted)) == finishing && finishing.IsCompletedSuccessfully;
        // What failed is tried again by the background work, which shows it.
        _ = finishing.ContinueWith(static failed => failed.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);
        context.Response.StatusCode = finished ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        await context.AnswerAsync(new ErasureBody(finished), ApiJson.Web.ErasureBody);
    }

    private static IReadOnlyList<string> Addresses(IReadOnlyList<string>? given)
    {
        if (given is null)
            return [];
        if (given.Count > MaxAddresses)
            throw ProblemException.Invalid("addresses", $"'addresses' may have at most {MaxAddresses} items; it has {given.Count}.");
        foreach (var address in given)
            if (address is not { Length: >= 3 and <= MaxAddressLength } || !address.Contains('@', StringComparison.Ordinal) || address.AsSpan().ContainsAnyInRange('\0', ' '))
                throw ProblemException.Invalid("addresses", "'addresses' must be mail addresses, such as ana@example.org.");
        return given;
    }

    private static ErasureLineBody Body(ErasurePreview.Line line) => new(line.What, line.Count, line.Text);
}
