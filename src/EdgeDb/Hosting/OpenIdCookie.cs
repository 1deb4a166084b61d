using EdgeDb.Core.OpenId;

namespace EdgeDb.Hosting;

/// <summary>
/// What a browser carries while it is at the provider. It comes back from another site, so this cookie is Lax where that of the session is Strict; it is sealed, and worth nothing
/// without what the provider adds.
/// </summary>
internal static class OpenIdCookie
{
    private const string Plain = "edgedb-oidc";
    private const string Secure = "__Host-edgedb-oidc";

    /// <summary>The value; empty without one.</summary>
    public static string Read(HttpRequest request) => request.Cookies[Name(request)] ?? "";

    /// <summary>Gives the browser a value.</summary>
    public static void Write(HttpContext context, string value) => context.Response.Cookies.Append(
        Name(context.Request), value, Options(context.Request, TimeSpan.FromSeconds(OpenIdFlows.LifetimeSeconds)));

    /// <summary>Takes it away.</summary>
    public static void Remove(HttpContext context) => context.Response.Cookies.Append(Name(context.Request), "", Options(context.Request, TimeSpan.Zero));

    private static string Name(HttpRequest request) => request.IsHttps ? Secure : Plain;

    private static CookieOptions Options(HttpRequest request, TimeSpan maxAge) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = request.IsHttps, Path = "/", MaxAge = maxAge };
}
