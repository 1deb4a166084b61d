using System.Globalization;
using EdgeDb.Core.Access;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using EdgeDb.Hosting;
using EdgeDb.Options;

namespace EdgeDb.Api;

/// <summary>/api/connections: what the connection manager does, and how a person steers it. Its answers are of the moment and carry no ETag.</summary>
internal static class ConnectionsApi
{
    private const int MostQueries = 100;
    private const int MostMinutes = 30 * 24 * 60;

    private static readonly string[] OperationClasses = Array.ConvertAll(Enum.GetValues<QueryClass>(), ConnectionAnswers.Name);

    public static void MapConnectionsApi(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/api/connections", HttpReads.Methods, ListAsync).Requires(AccessDomain.Operations, AccessVerb.Read);
        routes.MapMethods("/api/connections/tuner", HttpReads.Methods, TunerAsync).Requires(AccessDomain.Operations, AccessVerb.Read);
        routes.MapPut("/api/connections/tuner", SetModeAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
        routes.MapMethods("/api/connections/tuner/history", HttpReads.Methods, HistoryAsync).Requires(AccessDomain.Operations, AccessVerb.Read);
        routes.MapPost("/api/connections/tuner/freeze", FreezeAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
        routes.MapDelete("/api/connections/tuner/freeze", UnfreezeAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
        routes.MapPost("/api/connections/tuner/proposals/{id}/approve", ApproveAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
        routes.MapPost("/api/connections/tuner/proposals/{id}/reject", RejectAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
        routes.MapPut("/api/connections/tunables/{id}", SetAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
        routes.MapPost("/api/connections/tunables/{id}/override", OverrideAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
        routes.MapDelete("/api/connections/tunables/{id}/override", ReleaseAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
        routes.MapMethods("/api/connections/{id}", HttpReads.Methods, GetAsync).Requires(AccessDomain.Operations, AccessVerb.Read);
        routes.MapMethods("/api/connections/{id}/queries", HttpReads.Methods, QueriesAsync).Requires(AccessDomain.Operations, AccessVerb.Read);
        routes.MapPost("/api/connections/{id}/isolate", IsolateAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
        routes.MapPost("/api/connections/{id}/reset", ResetAsync).Requires(AccessDomain.Operations, AccessVerb.Change);
    }

    private static Task ListAsync(HttpContext context, UpstreamConnections upstream, Tuner tuner)
    {
        _ = new RequestReader(context.Request);
        return context.AnswerAsync(new ConnectionList([.. upstream.Manager.Endpoints.Select(e => ConnectionAnswers.Of(e, upstream.Postgres, tuner))], null), ApiJson.Web.ConnectionList);
    }

    private static Task GetAsync(HttpContext context, string id, UpstreamConnections upstream, Tuner tuner)
    {
        _ = new RequestReader(context.Request);
        return context.AnswerAsync(ConnectionAnswers.Of(Find(upstream, id), upstream.Postgres, tuner), ApiJson.Web.ConnectionBody);
    }

    private static Task QueriesAsync(HttpContext context, string id, UpstreamConnections upstream)
    {
        var reader = new RequestReader(context.Request, "order", "limit");
        var order = Choice(reader.Text("order") ?? "totalTime", "order", Enum.GetValues<QueryOrder>());
        var limit = reader.Integer("limit", 20, 1, MostQueries);
        var queries = Find(upstream, id).Monitor.Top(order, limit);
        return context.AnswerAsync(new QueryList([.. queries.Select(ConnectionAnswers.Of)], null), ApiJson.Web.QueryList);
    }

    private static async Task IsolateAsync(HttpContext context, string id, UpstreamConnections upstream, UpstreamStore store, TimeProvider time, Tuner tuner)
    {
        var (endpoint, breaker, operationClass) = await CircuitAsync(context, id, upstream);
        // Stored first: one that a restart forgets would let work through again behind the person's back.
        var isolation = new Isolation(endpoint.Name, operationClass, time.GetUtcNow());
        await store.AddAsync(isolation, context.RequestAborted);
        breaker.Isolate(operationClass, Isolation.Reason, isolation.Since);
        await context.AnswerAsync(ConnectionAnswers.Of(endpoint, upstream.Postgres, tuner), ApiJson.Web.ConnectionBody);
    }

    private static async Task ResetAsync(HttpContext context, string id, UpstreamConnections upstream, UpstreamStore store, Tuner tuner)
    {
        var (endpoint, breaker, operationClass) = await CircuitAsync(context, id, upstream);
        await store.RemoveAsync(endpoint.Name, operationClass, context.RequestAborted);
        breaker.Reset(operationClass, "A person reset it.");
        await context.AnswerAsync(ConnectionAnswers.Of(endpoint, upstream.Postgres, tuner), ApiJson.Web.ConnectionBody);
    }

    private static async Task SetAsync(HttpContext context, string id, Tuner tuner, TuningService service)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.TunableInput, context.RequestAborted);
        var value = input.Value ?? throw Missing("value");
        await ChangeAsync(context, id, tuner, service, (subject, name) => tuner.TrySetByHand(subject, name, value));
    }

    private static async Task OverrideAsync(HttpContext context, string id, Tuner tuner, TuningService service)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.OverrideInput, context.RequestAborted);
        var (value, period) = (input.Value ?? throw Missing("value"), Period(input.Minutes));
        await ChangeAsync(context, id, tuner, service, (subject, name) => tuner.TryPin(subject, name, value, period));
    }

    private static Task ReleaseAsync(HttpContext context, string id, Tuner tuner, TuningService service)
    {
        _ = new RequestReader(context.Request);
        return ChangeAsync(context, id, tuner, service, (subject, name) => tuner.Of(subject).Any(s => s.Tunable.Name == name) && (tuner.TryRelease(subject, name)
            ? true
            : throw new HouseholdException(HouseholdError.Conflict, "There is no override to release.")));
    }

    private static Task TunerAsync(HttpContext context, Tuner tuner)
    {
        _ = new RequestReader(context.Request);
        return context.AnswerAsync(ConnectionAnswers.Of(tuner), ApiJson.Web.TunerBody);
    }

    private static async Task SetModeAsync(HttpContext context, Tuner tuner, TuningService service, RunningSettings settings)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.TunerInput, context.RequestAborted);
        var mode = Choice(input.Mode ?? throw Missing("mode"), "mode", Enum.GetValues<TunerMode>());
        await settings.SetAsync(SettingTable.Tuner.Path, ConnectionAnswers.Name(mode), context.RequestAborted);
        await AnswerTunerAsync(context, tuner, service);
    }

    private static async Task FreezeAsync(HttpContext context, Tuner tuner, TuningService service)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.FreezeInput, context.RequestAborted);
        tuner.Freeze(Period(input.Minutes));
        await AnswerTunerAsync(context, tuner, service);
    }

    private static Task UnfreezeAsync(HttpContext context, Tuner tuner, TuningService service)
    {
        _ = new RequestReader(context.Request);
        tuner.Unfreeze();
        return AnswerTunerAsync(context, tuner, service);
    }

    private static Task ApproveAsync(HttpContext context, string id, Tuner tuner, TuningService service)
    {
        _ = new RequestReader(context.Request);
        return tuner.TryApprove(Number(id)) ? AnswerTunerAsync(context, tuner, service) : throw NoProposal(id);
    }

    private static Task RejectAsync(HttpContext context, string id, Tuner tuner, TuningService service)
    {
        _ = new RequestReader(context.Request);
        return tuner.TryReject(Number(id)) ? AnswerTunerAsync(context, tuner, service) : throw NoProposal(id);
    }

    private static async Task HistoryAsync(HttpContext context, TuningStore store)
    {
        var reader = new RequestReader(context.Request, "limit", "cursor");
        var limit = Page.Limit(reader);
        var before = reader.Integer("cursor", int.MaxValue, 1, int.MaxValue);
        var rows = await store.ListAsync(before, limit + 1, context.RequestAborted);
        var items = rows.Take(limit).Select(static row => ConnectionAnswers.Of(row.Id, row.Entry)).ToList();
        var next = rows.Count > limit ? items[^1].Id.ToString(CultureInfo.InvariantCulture) : null;
        await context.AnswerAsync(new TuningHistory(items, next), ApiJson.Web.TuningHistory);
    }

    private static async Task<(IConnectionEndpoint Endpoint, EndpointBreaker Breaker, string? OperationClass)> CircuitAsync(
        HttpContext context, string id, UpstreamConnections upstream)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.CircuitInput, context.RequestAborted);
        if (input.OperationClass is { } name && !OperationClasses.Contains(name))
            throw ProblemException.Invalid("operationClass", $"'operationClass' is one of {string.Join(", ", OperationClasses)}; without it the whole connection is meant.");
        var endpoint = Find(upstream, id);
        return endpoint.Resilience is { } resilience
            ? (endpoint, resilience.Breaker, input.OperationClass)
            : throw new HouseholdException(HouseholdError.Conflict, $"{endpoint.Name} has no circuit breaker.");
    }

    /// <summary>Changes a setting and answers with it.</summary>
    private static async Task ChangeAsync(HttpContext context, string id, Tuner tuner, TuningService service, Func<string, string, bool> change)
    {
        var dot = id.LastIndexOf('.');
        var (subject, name) = dot < 0 ? (id, "") : (id[..dot], id[(dot + 1)..]);
        try
        {
            if (!change(subject, name))
                throw new HouseholdException(HouseholdError.NotFound, $"There is no setting '{HouseholdException.Shorten(id)}'.");
        }
        catch (ArgumentException refused)
        {
            throw ProblemException.Invalid("value", Text(refused));
        }

        await service.SaveAsync(context.RequestAborted);
        var setting = tuner.Of(subject).First(s => s.Tunable.Name == name);
        await context.AnswerAsync(ConnectionAnswers.Of(subject, setting.Tunable, setting.Value, setting.Configured, setting.Pin), ApiJson.Web.TunableBody);
    }

    private static async Task AnswerTunerAsync(HttpContext context, Tuner tuner, TuningService service)
    {
        await service.SaveAsync(context.RequestAborted);
        await context.AnswerAsync(ConnectionAnswers.Of(tuner), ApiJson.Web.TunerBody);
    }

    private static IConnectionEndpoint Find(UpstreamConnections upstream, string id) =>
        upstream.Manager.Find(id) ?? throw new HouseholdException(HouseholdError.NotFound, $"There is no connection '{HouseholdException.Shorten(id)}'.");

    private static T Choice<T>(string text, string field, T[] values)
        where T : struct, Enum
    {
        foreach (var value in values)
            if (ConnectionAnswers.Name(value) == text)
                return value;
        throw ProblemException.Invalid(field, $"'{field}' is one of {string.Join(", ", Array.ConvertAll(values, ConnectionAnswers.Name))}.");
    }

    private static TimeSpan Period(int? minutes) => minutes switch
    {
        null => throw Missing("minutes"),
        < 1 or > MostMinutes => throw ProblemException.Invalid("minutes", $"'minutes' must be a whole number from 1 to {MostMinutes}."),
        { } value => TimeSpan.FromMinutes(value),
    };

    private static long Number(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static HouseholdException NoProposal(string id) =>
        new(HouseholdError.NotFound, $"The proposal '{HouseholdException.Shorten(id)}' is not waiting: it was decided, or the tuner is frozen.");

    private static ProblemException Missing(string field) => ProblemException.Invalid(field, $"'{field}' is required.");

    // The framework adds the parameter's name and the value in lines of its own.
    private static string Text(ArgumentException refused)
    {
        var end = refused.Message.IndexOf(" (Parameter ", StringComparison.Ordinal);
        return end < 0 ? refused.Message : refused.Message[..end];
    }
}
