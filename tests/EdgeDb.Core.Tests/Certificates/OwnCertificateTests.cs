using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Core.Certificates;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EdgeDb.Core.Tests.Certificates;

/// <summary>A certificate that somebody else renews.</summary>
public sealed class OwnCertificateTests : IDisposable, ILogger
{
    private static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _log = [];
    private int _writes;

    private string CertificateFile => _folder.File("fullchain.pem");

    private string KeyFile => _folder.File("privkey.pem");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_renewed_certificate_is_shown_without_a_restart()
    {
        var own = new OwnCertificate(CertificateFile, KeyFile, _time, this);
        Write(Issue("board.example.org"));
        Assert.Equal("CN=board.example.org", await ShownAsync(own));

        Write(Issue("renewed.example.org"));
        Assert.Equal("CN=board.example.org", await ShownAsync(own));
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("CN=renewed.example.org", await ShownAsync(own));
        Assert.Contains("has changed", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_middle_of_a_renewal_the_one_before_serves_on()
    {
        var own = new OwnCertificate(CertificateFile, KeyFile, _time, this);
        Write(Issue("board.example.org"));
        await ShownAsync(own);
        var next = Issue("renewed.example.org");

        await File.WriteAllTextAsync(CertificateFile, next.Certificate, TestContext.Current.CancellationToken);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal("CN=board.example.org", await ShownAsync(own));
        }

        Assert.Contains("does not belong", Assert.Single(_log), StringComparison.Ordinal);
        await File.WriteAllTextAsync(KeyFile, next.Key, TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("CN=renewed.example.org", await ShownAsync(own));
    }

    [Fact]
    public async Task A_link_that_now_leads_to_another_file_is_followed()
    {
        var (first, second) = (Issue("board.example.org"), Issue("renewed.example.org"));
        foreach (var (name, (certificate, key)) in (ReadOnlySpan<(string, (string, string))>)[("1", first), ("2", second)])
        {
            File.WriteAllText(_folder.File(name + ".crt"), certificate);
            File.WriteAllText(_folder.File(name + ".key"), key);
        }

        Link("1");
        var own = new OwnCertificate(CertificateFile, KeyFile, _time, this);
        await ShownAsync(own);
        Link("2");
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("CN=renewed.example.org", await ShownAsync(own));
    }

    [Fact]
    public async Task An_expired_one_is_shown_and_told_in_one_line()
    {
        _time.SetUtcNow(From.AddYears(5));
        Write(Issue("board.example.org"));

        Assert.Equal("CN=board.example.org", await ShownAsync(new(CertificateFile, KeyFile, _time, this)));

        Assert.Equal($"Warning: The certificate in '{CertificateFile}' is valid from 2026-01-01 to 2027-01-01, which is not now", Assert.Single(_log));
    }

    [Fact]
    public void What_is_wrong_with_the_files_is_said_in_one_sentence()
    {
        Assert.Contains("cannot be read", OwnCertificate.Problem(CertificateFile, KeyFile), StringComparison.Ordinal);
        var (certificate, key) = Issue("board.example.org");
        Write((certificate, key));
        Assert.Null(OwnCertificate.Problem(CertificateFile, KeyFile));

        Write((certificate, Issue("other").Key));
        Assert.StartsWith($"The key in '{KeyFile}' does not belong", OwnCertificate.Problem(CertificateFile, KeyFile), StringComparison.Ordinal);
        Write(("nothing", key));
        Assert.Equal($"'{CertificateFile}' holds no certificate in PEM form.", OwnCertificate.Problem(CertificateFile, KeyFile));
        using var other = ECDsa.Create();
        Write((certificate, other.ExportEncryptedPkcs8PrivateKeyPem("secret", new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000))));
        Assert.Contains("is encrypted", OwnCertificate.Problem(CertificateFile, KeyFile), StringComparison.Ordinal);
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _log.Enqueue($"{logLevel}: {formatter(state, exception)}");

    private static async Task<string> ShownAsync(OwnCertificate own) => (await own.CurrentAsync(null, TestContext.Current.CancellationToken)).TargetCertificate.Subject;

    private static (string Certificate, string Key) Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(From, From.AddYears(1));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private void Write((string Certificate, string Key) pair)
    {
        File.WriteAllText(CertificateFile, pair.Certificate);
        File.WriteAllText(KeyFile, pair.Key);
        // Two writes may fall into one tick of the file system's clock.
        File.SetLastWriteTimeUtc(CertificateFile, From.UtcDateTime.AddSeconds(++_writes));
    }

    private void Link(string name)
    {
        File.Delete(CertificateFile);
        File.Delete(KeyFile);
        File.CreateSymbolicLink(CertificateFile, _folder.File(name + ".crt"));
        File.CreateSymbolicLink(KeyFile, _folder.File(name + ".key"));
    }
}
