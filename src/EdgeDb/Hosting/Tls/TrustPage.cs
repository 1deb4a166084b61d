using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Encodings.Web;
using EdgeDb.Core.Certificates;
using Microsoft.Net.Http.Headers;

namespace EdgeDb.Hosting.Tls;

/// <summary>The page that tells how devices come to trust the household's authority: no script, so that it works in every browser and can be trusted itself.</summary>
internal static class TrustPage
{
    public const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] Languages = ["en", "de", "fr", "es"];

    /// <summary>Its style sheet.</summary>
    public static byte[] Style => Encoding.UTF8.GetBytes(Read("style.css"));

    /// <summary>The first language that was asked for and is there; English without one.</summary>
    public static string Language(IList<StringWithQualityHeaderValue> accepted)
    {
        foreach (var wanted in accepted.Where(static wanted => wanted.Quality is not 0).OrderByDescending(static wanted => wanted.Quality ?? 1))
            if (Languages.FirstOrDefault(language => wanted.Value.StartsWith(language, StringComparison.OrdinalIgnoreCase) && (wanted.Value.Length == 2 || wanted.Value.Value![2] == '-')) is { } found)
                return found;
        return Languages[0];
    }

    /// <param name="language">From <see cref="Language"/>.</param>
    /// <param name="authority">Its certificate.</param>
    /// <param name="address">Where the household is reached over https.</param>
    public static string Render(string language, X509Certificate2 authority, Uri address)
    {
        var name = authority.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        // One number a group: a screen reader and a person on the phone read it the same way.
        var fingerprint = string.Concat(Fingerprint.Of(authority).Split(' ').Select(static group => $"<span>{group}</span> "));
        var content = Read(language + ".html")
            .Replace("{{name}}", HtmlEncoder.Default.Encode(name), StringComparison.Ordinal)
            .Replace("{{until}}", authority.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{{fingerprint}}", fingerprint, StringComparison.Ordinal)
            .Replace("{{address}}", HtmlEncoder.Default.Encode(address.AbsoluteUri), StringComparison.Ordinal)
            .Replace("{{qr}}", QrCode.Svg(address.AbsoluteUri), StringComparison.Ordinal);
        return $"""
            <!doctype html>
            <html lang="{language}">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>EdgeDb</title><link rel="stylesheet" href="/trust/style.css"></head>
            <body><main>
            {content}</main></body>
            </html>

            """;
    }

    private static string Read(string file)
    {
        using var stream = typeof(TrustPage).Assembly.GetManifestResourceStream("EdgeDb.trust." + file)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
