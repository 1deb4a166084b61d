using EdgeDb.Api;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;

namespace EdgeDb.Hosting;

/// <summary>
/// What every answer and every request has in common at the edge: security headers, the emergency that holds, names this service answers to, and no
/// writes on behalf of another site's page: a page on the internet must not be able to use a browser at home as its hand.
/// </summary>
internal sealed class EdgeGuard
{
    /// <summary>Tells of an emergency: a list of RFC 9651 with an item for each reason, such as <c>emergency;reason=disk-full</c>. Absent in ordinary times.</summary>
    public const string ModeHeader = "EdgeDb-Mode";

    private const string ContentSecurityPolicy =
        "default-src 'self'; img-src 'self' data:; style-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

    private readonly RequestDelegate _next;
    private readonly HostNames _names;
    private readonly EmergencyMode _emergency;
    private readonly Func<object, Task> _starting;

    public EdgeGuard(RequestDelegate next, HostNames names, EmergencyMode emergency)
    {
        _next = next;
        _names = names;
        _emergency = emergency;
        _starting = OnStarting;
    }

    public Task InvokeAsync(HttpContext context)
    {
        // As late as possible: an answer that turns into a problem is cleared of what was set before, and may be the first to tell of an emergency.
        context.Response.OnStarting(_starting, context);

        var host = context.Request.Host.Host;
        if (!_names.Includes(host))
            throw new ProblemException(
                421, "unknown-host", "This board does not answer to that name",
                $"The name '{HouseholdException.Shorten(host)}' is not known here. Start the service with --host {HouseholdException.Shorten(host)} if it should be.", "Host");

        // The server sees that chunks come last and undoes nothing else: another server on the way might, and find another end of the request (RFC 9112 section 6.1).
        if (context.Request.Headers.TransferEncoding is { Count: > 0 } coding && !(coding is [{ } single] && single.Equals("chunked", StringComparison.OrdinalIgnoreCase)))
            throw new ProblemException(501, "transfer-coding", "The body's coding is not understood", "Send the body with Content-Length, or with Transfer-Encoding: chunked alone.", "Transfer-Encoding");

        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && IsCrossSite(context.Request))
            throw new ProblemException(
                403, "cross-site", "Another site may not do this", "The request comes from a page of another site.", "Origin");
        return _next(context);
    }

    private Task OnStarting(object context)
    {
        var headers = ((HttpContext)context).Response.Headers;
        // A page may have a stricter one of its own.
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (_emergency.Current is { } emergency)
            headers[ModeHeader] = string.Join(", ", emergency.Reasons.Select(static reason => "emergency;reason=" + EmergencyText.Name(reason)));
        return Task.CompletedTask;
    }

    // Programs send neither header. Browsers send Origin with every write, but Sec-Fetch-Site only to origins they trust (https or
    // localhost): at http://board.local there is Origin alone.
    private static bool IsCrossSite(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
            return site is not ("same-origin" or "none");
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
