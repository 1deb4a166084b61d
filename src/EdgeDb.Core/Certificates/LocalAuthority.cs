using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeDb.Core.Certificates;

/// <summary>
/// Makes the certificates of a household's own authority: a root that devices are told to trust once, and those of the server that it signs. All keys are ECDSA
/// P-256, which every device of the last ten years knows.
/// </summary>
internal static class LocalAuthority
{
    /// <summary>How long a server's certificate is valid in all; browsers refuse more than 398 days.</summary>
    public static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(396);

    /// <summary>
    /// The server's certificate begins this long before it is made: the clocks of phones differ, and ours may go back to where the last power cut left it.
    /// </summary>
    public static readonly TimeSpan BackDated = TimeSpan.FromDays(30);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int Years = 10;

    /// <summary>The year of the first release. No clock that is right is behind it, and a board without a battery wakes up in the past: authorities are valid from then on.</summary>
    private static readonly DateTimeOffset Released = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The time for judging certificates: never before the year of the first release.</summary>
    public static DateTimeOffset Now(TimeProvider time) => time.GetUtcNow() is var now && now > Released ? now : Released;

    /// <summary>A new root, valid from the year of the first release until ten years from now, that may sign for servers at home and nothing else.</summary>
    /// <param name="host">The machine's name, for people who look at a list of authorities.</param>
    /// <param name="constraints">For what it may sign.</param>
    /// <param name="now">From <see cref="Now"/>.</param>
    public static X509Certificate2 Create(string host, NameConstraints constraints, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        // The number tells an authority from its successor, which a device may trust as well.
        name.AddCommonName(string.Create(CultureInfo.InvariantCulture, $"EdgeDb at home ({Shorten(host)}, {RandomNumberGenerator.GetInt32(0x10000):X4})"));
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        // Some systems believe a root of the user's for programs and mail as well.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(constraints.ToExtension());
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(Released, now.AddYears(Years));
    }

    /// <summary>A certificate of the server, signed by <paramref name="authority"/>, with a new key.</summary>
    public static X509Certificate2 Sign(X509Certificate2 authority, ServerNames names, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName("EdgeDb");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(names.ToExtension());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var (from, until) = (now - BackDated, now - BackDated + ServerLifetime);
        if (from < authority.NotBefore)
            from = authority.NotBefore;
        if (until > authority.NotAfter)
            until = authority.NotAfter;
        var number = RandomNumberGenerator.GetBytes(16);
        number[0] &= 0x7f;
        using var signed = request.Create(authority, from, until, number);
        return signed.CopyWithPrivateKey(key);
    }

    private static string Shorten(string host) => host.Length <= 30 ? host : host[..30];
}
