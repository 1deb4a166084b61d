using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace EdgeDb.Core.Certificates;

/// <summary>How the server speaks TLS: 1.3, and 1.2 only where it was asked for, then with forward secrecy and authenticated encryption only.</summary>
internal sealed class ServerTls(IServerCertificates certificates, SslProtocols minimum)
{
    private CipherSuitesPolicy? _ciphers;

    /// <summary>The options of one handshake. Throws as <see cref="IServerCertificates.CurrentAsync"/>.</summary>
    public async ValueTask<SslServerAuthenticationOptions> OptionsAsync(IPAddress? reached, CancellationToken ct)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = await certificates.CurrentAsync(reached, ct).ConfigureAwait(false),
            EnabledSslProtocols = minimum == SslProtocols.Tls12 ? SslProtocols.Tls13 | SslProtocols.Tls12 : SslProtocols.Tls13,
            AllowRenegotiation = false,
            ClientCertificateRequired = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        // Made here, as it loads OpenSSL.
        if (minimum == SslProtocols.Tls12 && !OperatingSystem.IsWindows() && !OperatingSystem.IsAndroid())
            options.CipherSuitesPolicy = _ciphers ??= Ciphers();
        return options;
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("android")]
    private static CipherSuitesPolicy Ciphers() => new(
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]);
}
