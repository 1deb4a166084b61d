using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Tests;

namespace EdgeDb.Core.Tests.Connections.Redis;

/// <summary>PEM files of an authority of a test's own and of a server certificate that it signed.</summary>
internal sealed class TestCertificates
{
    private static readonly DateTimeOffset Begin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2049, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="folder">Where the files go.</param>
    /// <param name="serverName">DNS name in the certificate; null for the address 127.0.0.1.</param>
    public TestCertificates(TemporaryFolder folder, string? serverName = null)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=EdgeDb test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(Begin, End);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=EdgeDb test server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (serverName is null)
            names.AddIpAddress(IPAddress.Loopback);
        else
            names.AddDnsName(serverName);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, Begin, End, [1, 2, 3]);

        (AuthorityFile, CertificateFile, KeyFile) = (folder.File("ca.pem"), folder.File("server.pem"), folder.File("server.key"));
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    public string AuthorityFile { get; }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    /// <summary>Arguments that make redis-server speak TLS alone on its port.</summary>
    public string[] ServerArguments =>
    [
        "--port", "0", "--tls-port", RedisServer.PortArgument, "--tls-auth-clients", "no",
        "--tls-ca-cert-file", AuthorityFile, "--tls-cert-file", CertificateFile, "--tls-key-file", KeyFile,
    ];
}
