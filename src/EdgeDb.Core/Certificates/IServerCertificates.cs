using System.Net;
using System.Net.Security;

namespace EdgeDb.Core.Certificates;

/// <summary>What the server shows to whom it meets over TLS.</summary>
internal interface IServerCertificates
{
    /// <summary>Raised when another certificate has taken the place of one: what it is, in a few words. A handler returns at once.</summary>
    event Action<string>? Renewed;

    /// <summary>
    /// The certificate that holds now, with what goes along. Nothing is loaded or made before the first call: OpenSSL costs memory that a household without https
    /// need not pay. Throws <see cref="CertificateFileException"/> when there is none that could be used.
    /// </summary>
    /// <param name="reached">The address of this machine at which somebody came; null when it is not known.</param>
    /// <param name="ct">The caller's.</param>
    ValueTask<SslStreamCertificateContext> CurrentAsync(IPAddress? reached, CancellationToken ct);
}
