using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Feeds over TLS, with a certificate that the service is told to trust as an administrator would do it.</summary>
public sealed class SecureFeedTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private X509Certificate2 _certificate = null!;
    private ServiceProcess _service = null!;
    private Api _api = null!;

    public async ValueTask InitializeAsync()
    {
        using var key = ECDsa.Create();
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var trusted = _folder.File("trusted.pem");
        await File.WriteAllTextAsync(trusted, _certificate.ExportCertificatePem());
        _service = await ServiceProcess.StartAsync(_folder.File("data"), [("SSL_CERT_FILE", trusted)]);
        _api = new(_service);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _certificate.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_feed_is_read_over_TLS_and_a_webcal_address_prefers_it()
    {
        await using var server = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar(FeedText.Event("a", "Secure", "20260302T090000Z"))), _certificate);

        Assert.Equal(("ok", null), await ReadAsync($"webcal://localhost:{server.Port}/a.ics"));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_refused_because_the_secret_would_travel_in_the_clear()
    {
        await using var plain = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar()));
        await using var secure = new FeedServer(_ => FeedReply.Redirect(plain.Address + "/a.ics"), _certificate);

        Assert.Equal(("failing", "bad-redirect"), await ReadAsync(secure.Address + "/a.ics"));
        Assert.Empty(plain.Requests);
    }

    [Fact]
    public async Task A_redirect_from_http_to_https_is_followed()
    {
        await using var secure = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar()), _certificate);
        await using var plain = new FeedServer(_ => FeedReply.Redirect(secure.Address + "/a.ics"));

        Assert.Equal(("ok", null), await ReadAsync(plain.Address + "/a.ics"));
    }

    private async Task<(string State, string? Reason)> ReadAsync(string address)
    {
        var id = (await _api.PostAsync("/api/feeds", new { address })).Id;
        var answer = await Api.EventuallyAsync(
            "the feed was read",
            async () => (await _api.GetAsync("/api/feeds")) is var feeds
                && feeds.Items.Any(f => f.Text("id") == id && f.Text("state") != "refreshing" && f.TextOrNull("lastAttemptAt") is not null) ? feeds : null);
        var feed = answer.Items.Single(f => f.Text("id") == id);
        return (feed.Text("state"), feed.GetProperty("error") is { ValueKind: System.Text.Json.JsonValueKind.Object } error ? error.Text("reason") : null);
    }
}
