using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Certificates;

/// <summary>
/// A certificate that somebody else renews: PEM files of the chain, the server's first, and of its key. Read again when either file has changed; while they do not fit together, as
/// in the middle of a renewal, the one before serves on.
/// </summary>
internal sealed partial class OwnCertificate(string certificateFile, string keyFile, TimeProvider time, ILogger logger) : IServerCertificates
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private volatile Serving? _serving;
    private string? _told;

    /// <inheritdoc/>
    public event Action<string>? Renewed;

    /// <summary>Null when the files fit together, else what is wrong in one sentence without its end. An expired one fits: the clock may be wrong, and a calendar must start.</summary>
    public static string? Problem(string certificateFile, string keyFile)
    {
        try
        {
            Read(certificateFile, keyFile).Certificate.Dispose();
            return null;
        }
        catch (CertificateFileException failure)
        {
            return failure.Message;
        }
    }

    /// <inheritdoc/>
    public ValueTask<SslStreamCertificateContext> CurrentAsync(IPAddress? reached, CancellationToken ct)
    {
        if (_serving is { } serving && time.GetElapsedTime(serving.LookedAt) < LookAgain)
            return new(serving.Context);
        lock (_gate)
        {
            if (_serving is not { } now || time.GetElapsedTime(now.LookedAt) >= LookAgain)
                _serving = now = Load(_serving);
            return new(now.Context);
        }
    }

    private Serving Load(Serving? before)
    {
        var version = (Version(certificateFile), Version(keyFile));
        if (before is not null && before.Version == version)
            return before with { LookedAt = time.GetTimestamp() };
        try
        {
            var (certificate, chain) = Read(certificateFile, keyFile);
            var now = time.GetUtcNow().UtcDateTime;
            var (from, until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
            if (now < from || now >= until)
                LogNotValid(logger, certificateFile, from, until);
            else if (before is not null)
                LogReplaced(logger, certificateFile, until);
            if (before is not null)
                Renewed?.Invoke($"'{certificateFile}' has changed, valid to {until:yyyy-MM-dd}");
            _told = null;
            return new(SslStreamCertificateContext.Create(certificate, chain, offline: true), version, time.GetTimestamp());
        }
        catch (CertificateFileException failure)
        {
            if (_told != failure.Message)
                LogUnusable(logger, failure.Message);
            _told = failure.Message;
            // Looked at again in a second, and not taken for read: the other file may be the one that is still to come.
            if (before is null)
                throw;
            return before with { LookedAt = time.GetTimestamp() };
        }
    }

    private static (X509Certificate2 Certificate, X509Certificate2Collection Chain) Read(string certificateFile, string keyFile)
    {
        try
        {
            var certificates = File.ReadAllText(certificateFile);
            var key = File.ReadAllText(keyFile);
            if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
                throw new CertificateFileException($"The key in '{keyFile}' is encrypted; give one without a pass phrase, readable for the service only.");
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificates);
            if (chain.Count == 0)
                throw new CertificateFileException($"'{certificateFile}' holds no certificate in PEM form.");
            chain[0].Dispose();
            chain.RemoveAt(0);
            return (X509Certificate2.CreateFromPem(certificates, key), chain);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new CertificateFileException($"The key in '{keyFile}' does not belong to the first certificate in '{certificateFile}': {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or (IOException and not CertificateFileException))
        {
            throw new CertificateFileException($"The certificate cannot be read: {failure.Message}", failure);
        }
    }

    // Programs that renew certificates change a link or replace the file: what counts is what is at its end.
    private static (string Path, DateTime Written, long Bytes) Version(string path)
    {
        try
        {
            var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            return file.Exists ? (file.FullName, file.LastWriteTimeUtc, file.Length) : default;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    [LoggerMessage(EventId = 1511, Level = LogLevel.Warning, Message = "The certificate in '{File}' is valid from {From:yyyy-MM-dd} to {Until:yyyy-MM-dd}, which is not now")]
    private static partial void LogNotValid(ILogger logger, string file, DateTime from, DateTime until);

    [LoggerMessage(EventId = 1512, Level = LogLevel.Information, Message = "The certificate in '{File}' has changed and is valid to {Until:yyyy-MM-dd}")]
    private static partial void LogReplaced(ILogger logger, string file, DateTime until);

    [LoggerMessage(EventId = 1513, Level = LogLevel.Warning, Message = "{Reason}")]
    private static partial void LogUnusable(ILogger logger, string reason);

    private sealed record Serving(SslStreamCertificateContext Context, ((string, DateTime, long) Certificate, (string, DateTime, long) Key) Version, long LookedAt);
}
