using EdgeDb.Api;
using EdgeDb.Core.Certificates;
using EdgeDb.Core.Security;
using EdgeDb.Options;

namespace EdgeDb.Hosting.Tls;

/// <summary>https of this service: whether it is served, with which certificates, and on which port.</summary>
internal sealed class Https : IDisposable
{
    private readonly LocalCertificates? _local;

    /// <summary>Loads nothing: neither a certificate nor OpenSSL.</summary>
    public Https(EdgeDbOptions options, KeyRing keys, TimeProvider time, ILoggerFactory loggers)
    {
        Hsts = options.Tls.Hsts;
        if (!options.Tls.IsOn)
            return;
        WatchedCertificate = options.Tls.Own?.Certificate ?? LocalCertificates.AuthorityPath(options.CertificateFolder);
        var logger = loggers.CreateLogger("EdgeDb.Tls");
        var certificates = options.Tls.Own is { } own
            ? new OwnCertificate(own.Certificate, own.Key, time, logger)
            : (IServerCertificates)(_local = new(options.CertificateFolder, keys, () => ServerNames.OfMachine(options.Hosts), time, logger));
        certificates.Renewed += text => Renewed?.Invoke(text);
        Tls = new ServerTls(certificates, options.Tls.Minimum);
    }

    /// <summary>Raised when another certificate is shown from now on: what it is, in a few words.</summary>
    public event Action<string>? Renewed;

    /// <summary>How it is spoken; null where it is off.</summary>
    public ServerTls? Tls { get; }

    /// <summary>The file of the certificate that somebody has to replace before it ends: their own, or the authority's; null where https is off.</summary>
    public string? WatchedCertificate { get; }

    /// <summary>How long browsers are to come by https only; zero does not tell them.</summary>
    public TimeSpan Hsts { get; }

    /// <summary>Known once the service listens; 0 before, and where https is off.</summary>
    public int Port { get; set; }

    /// <summary>Whether there are certificates of the household's own authority.</summary>
    public bool HasLocal => _local is not null;

    /// <summary>The household's own certificates. Throws <see cref="ProblemException"/> (404) where there are none.</summary>
    public LocalCertificates Local => _local ?? throw new ProblemException(
        404, "no-authority", "There is nothing to trust here",
        Tls is null
            ? "This service answers on this machine only, or without https (--listen, --tls)."
            : "This service shows a certificate of its owner's (--tls-certificate), not one of its own authority.");

    public void Dispose() => _local?.Dispose();
}
