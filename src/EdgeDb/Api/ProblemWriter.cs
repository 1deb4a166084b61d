using System.Globalization;
using System.Text.Json;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Storage;

namespace EdgeDb.Api;

/// <summary>Turns every failed request into a problem document: one shape, stable types, no stack traces.</summary>
internal sealed partial class ProblemWriter(RequestDelegate next, ILogger<ProblemWriter> logger)
{
    private const string TypePrefix = "urn:edgedb:problem:";

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var problem = Describe(exception);
            // A refusal is no failure, also where it is the service that has no room.
            if (problem.Status >= 500 && exception is not (ProblemException or AccountException))
                LogFailed(logger, context.Request.Method, context.Request.Path, exception);
            context.Response.Clear();
            if (exception is ProblemException { RetryAfter: { } wait })
                context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            if (problem.Status == 401)
                context.Response.Headers.WWWAuthenticate = "Bearer";
            if (exception is AccountException { RetryAfter.Ticks: > 0 } later)
                context.Response.Headers.RetryAfter = Math.Ceiling(later.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            else if (exception is AccountException { Error: AccountError.Busy } or StorageException { IsTransient: true } or OverloadedException or OutOfMemoryException)
                context.Response.Headers.RetryAfter = "1";
            await WriteAsync(context, problem);
            return;
        }

        if (!context.Response.HasStarted && context.Response.StatusCode >= 400 && context.Response.ContentType is null)
            await WriteAsync(context, ForStatus(context));
    }

    internal static Task WriteAsync(HttpContext context, Problem problem)
    {
        // The path is the client's own text; a problem page in a browser is JSON and cannot run it.
        problem = problem with { Instance = context.Request.Path };
        context.Response.StatusCode = problem.Status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(problem, ApiJson.Web.Problem, "application/problem+json", context.RequestAborted);
    }

    private static Problem Describe(Exception exception) => exception switch
    {
        ProblemException problem => New(problem.Status, problem.Type, problem.Title, problem.Message, problem.Field),
        HouseholdException { Error: HouseholdError.NotFound } e => New(404, "not-found", "There is no such thing", e.Message, e.Field),
        HouseholdException { Error: HouseholdError.Invalid } e => New(400, "invalid-value", "A value is not acceptable", e.Message, e.Field),
        HouseholdException { Error: HouseholdError.Conflict } e => New(409, "conflict", "Its state does not allow this", e.Message, e.Field),
        HouseholdException { Error: HouseholdError.VersionMismatch } e => New(412, "version-mismatch", "Somebody else was faster", e.Message, "If-Match"),
        HouseholdException { Error: HouseholdError.LimitReached } e => New(422, "limit-reached", "A limit is reached", e.Message, e.Field),
        HouseholdException { Error: HouseholdError.Forbidden } e => New(403, "forbidden", "You may not do this", e.Message, e.Field),
        AccountException { Error: AccountError.NotFound } e => New(404, "not-found", "There is no such thing", e.Message, e.Field),
        AccountException { Error: AccountError.Invalid } e => New(400, "invalid-value", "A value is not acceptable", e.Message, e.Field),
        AccountException { Error: AccountError.Conflict } e => New(409, "conflict", "Its state does not allow this", e.Message, e.Field),
        AccountException { Error: AccountError.VersionMismatch } e => New(412, "version-mismatch", "Somebody else was faster", e.Message, "If-Match"),
        AccountException { Error: AccountError.LimitReached } e => New(422, "limit-reached", "A limit is reached", e.Message, e.Field),
        AccountException { Error: AccountError.Refused } e => New(401, "wrong-credentials", "Not let in", e.Message, e.Field),
        AccountException { Error: AccountError.OutOfHours } e => New(401, "out-of-hours", "Not at this time of day", e.Message, null) with { Hours = e.Hours?.ToString() },
        AccountException { Error: AccountError.SecondFactorNeeded } e => New(401, "second-factor", "A second factor is needed", e.Message, e.Field),
        AccountException { Error: AccountError.Forbidden } e => New(403, "forbidden", "You may not do this", e.Message, e.Field),
        AccountException { Error: AccountError.Delayed } e => New(429, "too-many-attempts", "Too many wrong attempts", e.Message, null),
        AccountException { Error: AccountError.Busy } e => New(503, "busy", "Too much at once", e.Message, null),
        StorageException { IsTransient: true } e => New(503, "busy", "The database is busy", e.Message, null),
        StorageException { Failure: StorageFailure.DiskFull } => New(507, "disk-full", "The disk is full", "Nothing was changed. Free some space and try again.", null),
        StorageException { Failure: StorageFailure.Closed } => New(503, "closing", "The service is stopping", "Try again in a moment.", null),
        StorageException { Failure: StorageFailure.InputOutput or StorageFailure.CannotOpen or StorageFailure.ReadOnly } =>
            New(503, "device-failing", "The storage is failing", "The device that holds the data could not be read or written; nothing was changed. Copy the newest backup to another one.", null),
        StorageException { Failure: StorageFailure.Corrupt } =>
            New(503, "file-damaged", "The file is damaged", "Nothing was changed. The service starts anew and checks its file.", null),
        StorageException { Failure: StorageFailure.OutOfMemory } or OutOfMemoryException =>
            New(503, "out-of-memory", "Memory ran out", "Nothing was changed. Try again in a moment.", null),
        OverloadedException e => New(503, "overloaded", "Too much at once", e.Message, null),
        TimeoutException => New(504, "too-late", "It took too long", "The answer could not be made in time. Try again in a moment.", null),
        BadHttpRequestException { StatusCode: 413 } => New(413, "too-large", "The request is too large", "The body is larger than this endpoint accepts.", "body"),
        BadHttpRequestException e => New(e.StatusCode, "bad-request", "The request cannot be read", "The request is not well formed.", null),
        // Of a chunk whose length is larger than a number the server tells differently than of any other bad one.
        IOException { InnerException: OverflowException } => New(400, "bad-request", "The request cannot be read", "The request is not well formed.", null),
        JsonException e => New(400, "invalid-json", "The body is not acceptable JSON", JsonDetail(e), JsonField(e)),
        _ => New(500, "internal", "Something went wrong here", "The service failed to answer; its log says why.", null),
    };

    private static Problem New(int status, string type, string title, string detail, string? field) =>
        new() { Type = TypePrefix + type, Title = title, Status = status, Detail = detail, Errors = field is null ? null : [new(field, detail)] };

    private static Problem ForStatus(HttpContext context) => context.Response.StatusCode switch
    {
        404 => New(404, "not-found", "There is no such thing", "Nothing is served at this address.", null),
        405 => New(405, "method-not-allowed", "This method is not possible here", $"Allowed: {context.Response.Headers.Allow}.", null),
        415 => New(415, "unsupported-media-type", "The body's type is not understood", "Send application/json.", "Content-Type"),
        var status => New(status, "http-" + status.ToString(CultureInfo.InvariantCulture), "The request failed", "The request was refused.", null),
    };

    /// <summary>The field at which reading a body stopped.</summary>
    internal static string JsonField(JsonException exception) => exception.Path switch
    {
        null or "" or "$" => "body",
        ['$', '.', .. var path] => path,
        var path => path,
    };

    private static string JsonDetail(JsonException exception)
    {
        // The exception's own message repeats type names of this program; its position is what helps.
        var where = exception.LineNumber is { } line && exception.BytePositionInLine is { } column
            ? string.Create(CultureInfo.InvariantCulture, $" at line {line + 1}, byte {column + 1}")
            : "";
        return exception.Message.Contains("could not be mapped", StringComparison.Ordinal)
            ? $"There is no field '{HouseholdException.Shorten(JsonField(exception))}' here."
            : exception.Message.Contains("maximum configured depth", StringComparison.Ordinal)
                ? $"The JSON is nested deeper than {ApiJson.MaxDepth} levels{where}."
                : $"The JSON cannot be read{where}, field '{HouseholdException.Shorten(JsonField(exception))}'.";
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, string method, string path, Exception exception);
}
