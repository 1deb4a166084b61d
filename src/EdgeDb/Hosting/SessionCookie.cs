namespace EdgeDb.Hosting;

/// <summary>
/// The cookie of a session. No script reads it, and a browser sends it with requests of our own pages only. Over https it has the prefix that keeps other hosts and plain http from
/// setting it (RFC 6265bis §4.1.3); the one of plain http, which is for loopback, is another one and is not taken over https.
/// </summary>
internal static class SessionCookie
{
    private const string Plain = "edgedb";
    private const string Secure = "__Host-edgedb";

    // Browsers end a cookie after 400 days at the latest; when a session ends is the service's business.
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(400);

    /// <summary>The value; empty without one.</summary>
    public static string Read(HttpRequest request) => request.Cookies[Name(request)] ?? "";

    /// <summary>Gives the browser a value.</summary>
    public static void Write(HttpContext context, string value) => context.Response.Cookies.Append(Name(context.Request), value, Options(context.Request, MaxAge));

    private static string Name(HttpRequest request) => request.IsHttps ? Secure : Plain;

    private static CookieOptions Options(HttpRequest request, TimeSpan maxAge) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = request.IsHttps, Path = "/", MaxAge = maxAge };
}
