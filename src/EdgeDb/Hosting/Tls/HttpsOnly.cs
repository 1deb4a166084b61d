using EdgeDb.Api;
using Microsoft.AspNetCore.Http.Extensions;

namespace EdgeDb.Hosting.Tls;

/// <summary>
/// Sends browsers from plain http to https, once there is something to protect. On this machine itself plain http is as safe. What a device needs in order to trust the
/// authority stays, and so does the sign of life.
/// </summary>
/// <param name="next">What comes after.</param>
/// <param name="https">Whether there is https, and where.</param>
/// <param name="claimed">Whether the household has an owner.</param>
internal sealed class HttpsOnly(RequestDelegate next, Https https, Func<bool> claimed)
{
    private readonly string? _hsts = https.Hsts > TimeSpan.Zero ? $"max-age={(long)https.Hsts.TotalSeconds}" : null;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.IsHttps)
        {
            if (_hsts is not null)
                context.Response.Headers.StrictTransportSecurity = _hsts;
            return next(context);
        }

        if (https.Tls is null || ClientAddress.Of(context.Connection.RemoteIpAddress) is null || IsOpen(request.Path) || !claimed())
            return next(context);
        var target = UriHelper.BuildAbsolute("https", new HostString(request.Host.Host, https.Port), default, request.Path, request.QueryString);
        // What was written has travelled already and is not asked for a second time: the caller is to learn that its address is wrong.
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            throw new ProblemException(403, "https-needed", "Only over https", $"What is secret travels encrypted only: use https on port {https.Port}.");
        // For now only: who leaves https again must not find browsers that remember it.
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = target;
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }

    private static bool IsOpen(PathString path) => path == "/health/live" || path.StartsWithSegments("/trust", StringComparison.Ordinal);
}
