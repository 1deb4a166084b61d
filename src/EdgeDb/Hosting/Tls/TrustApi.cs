using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeDb.Api;
using EdgeDb.Core.Access;
using EdgeDb.Core.Certificates;

namespace EdgeDb.Hosting.Tls;

/// <summary>
/// /trust: how devices come to trust the household's authority, with what they need for it. Reached over plain http by devices that do not trust it yet, so it
/// says nothing of the household. And /api/tls.
/// </summary>
internal static class TrustApi
{
    public static void MapTrustApi(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/trust", HttpReads.Methods, PageAsync).IsPublic();
        routes.MapMethods("/trust/style.css", HttpReads.Methods, StyleAsync).IsPublic();
        routes.MapMethods("/trust/authority.crt", HttpReads.Methods, DerAsync).IsPublic();
        routes.MapMethods("/trust/authority.pem", HttpReads.Methods, PemAsync).IsPublic();
        routes.MapMethods("/trust/authority.mobileconfig", HttpReads.Methods, AppleAsync).IsPublic();
        routes.MapMethods("/api/tls", HttpReads.Methods, ShowAsync).Requires(AccessDomain.Settings, AccessVerb.Read);
        routes.MapPost("/api/tls/renew", RenewAsync).Requires(AccessDomain.Settings, AccessVerb.Change);
    }

    /// <summary>What the API tells of the certificates.</summary>
    public static async Task<TlsBody> DescribeAsync(LocalCertificates certificates, CancellationToken ct)
    {
        using var authority = await certificates.AuthorityAsync(ct);
        var shown = (await certificates.CurrentAsync(null, ct)).TargetCertificate;
        var names = ServerNames.Of(shown);
        return new(
            authority.GetNameInfo(X509NameType.SimpleName, forIssuer: false), Fingerprint.Of(authority), Instant(authority.NotAfter), Instant(shown.NotAfter),
            [.. names.Names, .. names.Addresses.Select(static address => address.ToString())]);
    }

    private static async Task PageAsync(HttpContext context, Https https)
    {
        using var authority = await AuthorityAsync(context, https);
        var language = TrustPage.Language(context.Request.GetTypedHeaders().AcceptLanguage);
        var address = new UriBuilder("https", context.Request.Host.Host, https.Port).Uri;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = TrustPage.ContentSecurityPolicy;
        headers.ContentLanguage = language;
        headers.Vary = "Accept-Language";
        await SendAsync(context, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(TrustPage.Render(language, authority, address)), null);
    }

    private static Task StyleAsync(HttpContext context)
    {
        _ = new RequestReader(context.Request);
        return SendAsync(context, "text/css; charset=utf-8", TrustPage.Style, null);
    }

    private static async Task DerAsync(HttpContext context, Https https)
    {
        using var authority = await AuthorityAsync(context, https);
        await SendAsync(context, "application/x-x509-ca-cert", authority.RawData, "edgedb-authority.crt");
    }

    private static async Task PemAsync(HttpContext context, Https https)
    {
        using var authority = await AuthorityAsync(context, https);
        await SendAsync(context, "application/x-pem-file", Encoding.ASCII.GetBytes(authority.ExportCertificatePem() + "\n"), "edgedb-authority.pem");
    }

    private static async Task AppleAsync(HttpContext context, Https https)
    {
        using var authority = await AuthorityAsync(context, https);
        await SendAsync(context, "application/x-apple-aspen-config", Encoding.UTF8.GetBytes(AppleProfile.Of(authority)), "edgedb-authority.mobileconfig");
    }

    private static async Task ShowAsync(HttpContext context, Https https)
    {
        _ = new RequestReader(context.Request);
        try
        {
            await context.AnswerAsync(new TlsList(https.HasLocal ? [await DescribeAsync(https.Local, context.RequestAborted)] : [], null), ApiJson.Web.TlsList);
        }
        catch (CertificateFileException failure)
        {
            throw Unusable(failure);
        }
    }

    private static async Task RenewAsync(HttpContext context, Https https)
    {
        var withAuthority = new RequestReader(context.Request, "authority").Text("authority") switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw ProblemException.Invalid("authority", "'authority' must be true or false."),
        };
        try
        {
            await https.Local.RenewAsync(withAuthority, context.RequestAborted);
            await context.AnswerAsync(await DescribeAsync(https.Local, context.RequestAborted), ApiJson.Web.TlsBody);
        }
        catch (CertificateFileException failure)
        {
            throw Unusable(failure);
        }
    }

    private static async Task<X509Certificate2> AuthorityAsync(HttpContext context, Https https)
    {
        _ = new RequestReader(context.Request);
        try
        {
            return await https.Local.AuthorityAsync(context.RequestAborted);
        }
        catch (CertificateFileException failure)
        {
            throw Unusable(failure);
        }
    }

    private static ProblemException Unusable(CertificateFileException failure) => new(503, "authority-broken", "The authority cannot be used", failure.Message);

    private static Task SendAsync(HttpContext context, string type, byte[] body, string? download)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        if (download is not null)
            headers.ContentDisposition = $"attachment; filename=\"{download}\"";
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static string Instant(DateTime time) => TimeText.Instant(new DateTimeOffset(time).ToUnixTimeSeconds());
}
