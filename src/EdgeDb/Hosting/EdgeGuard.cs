using EdgeDb.Api;
using EdgeDb.Core.Household;

namespace EdgeDb.Hosting;

/// <summary>
/// What every answer and every request has in common at the edge: security headers, names this service answers to, and no
/// writes on behalf of another site's page. There are no accounts yet, so a page on the internet must not be able to use a browser at home as its hand.
/// </summary>
internal sealed class EdgeGuard(RequestDelegate next, HostNames names)
{
    private const string ContentSecurityPolicy =
        "default-src 'self'; img-src 'self' data:; style-src 'self'; connect-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        // As late as possible: an answer that turns into a problem is cleared of what was set before.
        context.Response.OnStarting(
            static state =>
            {
                var headers = ((HttpContext)state).Response.Headers;
                headers.ContentSecurityPolicy = ContentSecurityPolicy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                return Task.CompletedTask;
            },
            context);

        var host = context.Request.Host.Host;
        if (!names.Includes(host))
            throw new ProblemException(
                421, "unknown-host", "This board does not answer to that name",
                $"The name '{HouseholdException.Shorten(host)}' is not known here. Start the service with --host {HouseholdException.Shorten(host)} if it should be.", "Host");

        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && IsCrossSite(context.Request))
            throw new ProblemException(
                403, "cross-site", "Another site may not do this", "The request comes from a page of another site.", "Origin");
        return next(context);
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
