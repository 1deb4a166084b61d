using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Certificates;

/// <summary>
/// The household's own authority and the server's certificate that it signs: made when they are first needed, kept in a folder, and the latter renewed by itself: when it ends
/// within <see cref="RenewBefore"/>, when the machine's names or addresses have changed, and when somebody comes to an address that it does not name. Handshakes under
/// way keep the one they have begun with.
/// </summary>
internal sealed partial class LocalCertificates : IServerCertificates, IDisposable
{
    /// <summary>Renewed when it is valid for less than this.</summary>
    public static readonly TimeSpan RenewBefore = TimeSpan.FromDays(90);

    private const string AuthorityPlace = "tls.ca-key";
    private const string ServerPlace = "tls.server-key";

    // To list interfaces costs a handshake about as much as to sign, so it is not done at each.
    private static readonly TimeSpan LookAgain = TimeSpan.FromHours(1);

    private readonly CertificateFile _authorityFile;
    private readonly CertificateFile _serverFile;
    private readonly KeyRing _keys;
    private readonly Func<ServerNames> _names;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private X509Certificate2? _authority;
    private volatile Serving? _serving;
    private string? _told;

    /// <param name="folder">Made when something is written.</param>
    /// <param name="keys">Seals private keys; knows of <see cref="Files"/>.</param>
    /// <param name="names">The machine's names and addresses now. An authority that is made may sign for these names and those of home networks.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told what was made, and why something cannot be used.</param>
    public LocalCertificates(string folder, KeyRing keys, Func<ServerNames> names, TimeProvider time, ILogger logger)
    {
        (_authorityFile, _serverFile) = Files(folder);
        (_keys, _names, _time, _logger) = (keys, names, time, logger);
    }

    /// <inheritdoc/>
    public event Action<string>? Renewed;

    /// <summary>The authority's file in a folder of certificates.</summary>
    public static string AuthorityPath(string folder) => Path.Combine(folder, "authority.pem");

    /// <summary>The server's file in a folder of certificates.</summary>
    public static string ServerPath(string folder) => Path.Combine(folder, "server.pem");

    /// <summary>The two files of a folder: the authority's and the server's. A key ring has to know them before it is used.</summary>
    public static (CertificateFile Authority, CertificateFile Server) Files(string folder) =>
        (new(AuthorityPath(folder), AuthorityPlace), new(ServerPath(folder), ServerPlace));

    /// <inheritdoc/>
    public async ValueTask<SslStreamCertificateContext> CurrentAsync(IPAddress? reached, CancellationToken ct)
    {
        reached = reached is not null && HomeNetwork.Includes(reached) ? HomeNetwork.Plain(reached) : null;
        if (_serving is { } serving && Holds(serving, reached))
            return serving.Context;
        await _gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_serving is not { } now || !Holds(now, reached))
            {
                await _keys.ReadyAsync(KeyPurpose.Secret, ct).ConfigureAwait(false);
                _serving = now = Load(reached);
            }

            _told = null;
            return now.Context;
        }
        catch (Exception failure) when (failure is CertificateFileException or SealBrokenException or StorageException)
        {
            // Once: browsers try again and again.
            if (_told != failure.Message)
                LogUnusable(_logger, failure.Message);
            _told = failure.Message;
            if (failure is CertificateFileException)
                throw;
            throw new CertificateFileException(failure.Message, failure);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The authority's certificate, without its key; made when there is none. Throws <see cref="CertificateFileException"/>.</summary>
    public async ValueTask<X509Certificate2> AuthorityAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await _keys.ReadyAsync(KeyPurpose.Secret, ct).ConfigureAwait(false);
            return X509CertificateLoader.LoadCertificate(Authority().RawData);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Makes a new certificate of the server, and a new authority as well when it is asked for: then every device has to be told to trust it. A file that is replaced
    /// while it cannot be used is kept under another name. Throws <see cref="CertificateFileException"/> and <see cref="IOException"/>.
    /// </summary>
    public async Task RenewAsync(bool authority, CancellationToken ct)
    {
        await _gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await _keys.ReadyAsync(KeyPurpose.Secret, ct).ConfigureAwait(false);
            if (authority)
            {
                SetAside(_authorityFile.Path);
                _authority = null;
            }

            var signer = Authority();
            SetAsideIfBroken();
            _serving = Renew(signer, _names(), "somebody asked for it");
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private bool Holds(Serving serving, IPAddress? reached)
    {
        var now = LocalAuthority.Now(_time);
        return now >= serving.From && now < serving.RenewAt
            && _time.GetElapsedTime(serving.LookedAt) < LookAgain
            && (reached is null || serving.Names.Addresses.Contains(reached));
    }

    /// <summary>The kept certificate when it still holds, else a new one.</summary>
    private Serving Load(IPAddress? reached)
    {
        var authority = Authority();
        var names = _names().With(reached);
        var permitted = names.Within(NameConstraints.Of(authority));
        if (string.Join(", ", names.Names.Except(permitted.Names)) is { Length: > 0 } refused)
            LogNotPermitted(_logger, refused);
        var now = LocalAuthority.Now(_time);
        var kept = _serving?.Certificate ?? _serverFile.Read(_keys);
        if (kept is null)
            return Make(authority, names, "there was none");
        if (!kept.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData))
            return Renew(authority, names, "the authority is a new one");
        if (now < kept.NotBefore || now >= RenewAt(kept, authority))
            return Renew(authority, names, $"it was valid from {kept.NotBefore.ToUniversalTime():yyyy-MM-dd} to {kept.NotAfter.ToUniversalTime():yyyy-MM-dd}");
        if (!ServerNames.Of(kept).SameAs(permitted))
            return Renew(authority, names, "names or addresses of this machine have changed");
        return _serving?.Certificate == kept ? _serving with { LookedAt = _time.GetTimestamp() } : Serve(kept, permitted, authority);
    }

    private Serving Renew(X509Certificate2 authority, ServerNames names, string why)
    {
        var made = Make(authority, names, why);
        Renewed?.Invoke($"valid to {made.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}: {why}");
        return made;
    }

    private Serving Make(X509Certificate2 authority, ServerNames names, string why)
    {
        var now = LocalAuthority.Now(_time);
        if (now >= authority.NotAfter)
            throw new CertificateFileException($"The authority in '{_authorityFile.Path}' has ended on {authority.NotAfter:yyyy-MM-dd}. 'edgedb tls renew --authority' makes a new one, which every device has to be told to trust.");
        var permitted = names.Within(NameConstraints.Of(authority));
        var certificate = LocalAuthority.Sign(authority, permitted, now);
        try
        {
            _serverFile.Write(certificate, _keys);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SealBrokenException)
        {
            // On a card that is full it serves until the next start makes another one.
            LogNotKept(_logger, _serverFile.Path, failure.Message);
        }

        var until = certificate.NotAfter.ToUniversalTime();
        LogMade(_logger, until, why);
        return Serve(certificate, permitted, authority);
    }

    private Serving Serve(X509Certificate2 certificate, ServerNames names, X509Certificate2 authority) => new(
        certificate, SslStreamCertificateContext.Create(certificate, null, offline: true), names, certificate.NotBefore, RenewAt(certificate, authority), _time.GetTimestamp());

    // When the authority itself ends soon, a new certificate would end no later.
    private static DateTime RenewAt(X509Certificate2 certificate, X509Certificate2 authority) =>
        certificate.NotAfter < authority.NotAfter ? certificate.NotAfter - RenewBefore : certificate.NotAfter;

    private X509Certificate2 Authority()
    {
        if (_authority is { } known)
            return known;
        if (_authorityFile.Read(_keys) is { } kept)
            return _authority = kept;
        var names = _names().Names;
        var made = LocalAuthority.Create(
            names.FirstOrDefault(static name => name != "localhost") ?? "localhost", new NameConstraints(Shortest([.. HomeNetwork.Domains, .. names])), LocalAuthority.Now(_time));
        try
        {
            _authorityFile.Write(made, _keys);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SealBrokenException)
        {
            throw new CertificateFileException($"'{_authorityFile.Path}' cannot be written, and an authority that the next start does not know would be trusted in vain: {failure.Message}", failure);
        }

        var (name, fingerprint) = (made.GetNameInfo(X509NameType.SimpleName, forIssuer: false), Fingerprint.Of(made));
        LogAuthority(_logger, name, fingerprint);
        return _authority = made;
    }

    // What lies below another one needs no place of its own.
    private static IEnumerable<string> Shortest(string[] domains) =>
        domains.Where(domain => !Array.Exists(domains, other => other != domain && HomeNetwork.IsWithin(domain, other)));

    private void SetAsideIfBroken()
    {
        try
        {
            _serverFile.Read(_keys)?.Dispose();
        }
        catch (CertificateFileException)
        {
            SetAside(_serverFile.Path);
        }
    }

    private void SetAside(string path)
    {
        if (File.Exists(path))
            File.Move(path, $"{path}.{_time.GetUtcNow():yyyyMMdd'T'HHmmss}.old", overwrite: false);
    }

    [LoggerMessage(EventId = 1501, Level = LogLevel.Information, Message = "An authority for this household was made: {Name}, SHA-256 {Fingerprint}")]
    private static partial void LogAuthority(ILogger logger, string name, string fingerprint);

    [LoggerMessage(EventId = 1502, Level = LogLevel.Information, Message = "A certificate valid to {Until:yyyy-MM-dd} was made: {Why}")]
    private static partial void LogMade(ILogger logger, DateTime until, string why);

    [LoggerMessage(EventId = 1503, Level = LogLevel.Warning, Message = "https cannot be served: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string reason);

    [LoggerMessage(EventId = 1504, Level = LogLevel.Warning, Message = "'{Path}' cannot be written; the certificate serves until the next start: {Reason}")]
    private static partial void LogNotKept(ILogger logger, string path, string reason);

    [LoggerMessage(EventId = 1505, Level = LogLevel.Warning, Message = "The certificate is not made out to {Names}: the authority may not sign that; 'edgedb tls renew --authority' makes one that may, which every device has to be told to trust")]
    private static partial void LogNotPermitted(ILogger logger, string names);

    /// <summary>A certificate in use. Times are UTC, <paramref name="LookedAt"/> is a timestamp.</summary>
    private sealed record Serving(X509Certificate2 Certificate, SslStreamCertificateContext Context, ServerNames Names, DateTime From, DateTime RenewAt, long LookedAt);
}
