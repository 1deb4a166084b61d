using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>https of the running service, as devices and OpenSSL see it.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Only_the_newest_TLS_is_spoken()
    {
        await using var service = await SecureService.StartAsync(_folder);
        foreach (var (version, connects) in ((string, bool)[])[("-tls1_3", true), ("-tls1_2", false), ("-tls1_1", false), ("-tls1", false)])
        {
            var (connected, output) = await service.AskAsync(version, "-cipher", "ALL:@SECLEVEL=0");
            Assert.True(connected == connects, $"{version}: {output}");
        }
    }

    [Fact]
    public async Task TLS_1_2_is_spoken_by_option_and_with_strong_ciphers_only()
    {
        await using var service = await SecureService.StartAsync(_folder, "--tls-minimum", "1.2");
        foreach (var (version, cipher, connects) in ((string, string, bool)[])
            [
                ("-tls1_3", "ALL", true),
                ("-tls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256", true),
                ("-tls1_2", "ECDHE-ECDSA-AES256-GCM-SHA384", true),
                ("-tls1_2", "ECDHE-ECDSA-CHACHA20-POLY1305", true),
                ("-tls1_2", "ECDHE-ECDSA-AES128-SHA", false),
                ("-tls1_2", "ECDHE-ECDSA-AES256-SHA384", false),
                ("-tls1_2", "ECDHE-ECDSA-AES256-CCM8", false),
                ("-tls1_2", "AES128-GCM-SHA256", false),
                ("-tls1_2", "DHE-RSA-AES128-GCM-SHA256", false),
                ("-tls1_2", "aNULL", false),
                ("-tls1_1", "ALL", false),
                ("-tls1", "ALL", false),
            ])
        {
            var (connected, output) = await service.AskAsync(version, "-cipher", cipher + ":@SECLEVEL=0");
            Assert.True(connected == connects, $"{version} {cipher}: {output}");
            if (connects && cipher != "ALL")
                Assert.Contains(cipher, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_chain_is_believed_by_who_trusts_the_authority_and_by_nobody_else()
    {
        await using var service = await SecureService.StartAsync(_folder);
        using var authority = await service.TrustAsync();
        string[] trusting = ["-CAfile", service.AuthorityFile, "-no-CApath", "-verify_return_error"];

        foreach (var name in (string[][])[["-verify_hostname", "localhost"], ["-verify_hostname", Dns.GetHostName().Split('.')[0] + ".local"], ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"]])
        {
            var (connected, output) = await service.AskAsync([.. trusting, .. name]);
            Assert.True(connected, output);
            Assert.Contains("Verify return code: 0 (ok)", output, StringComparison.Ordinal);
        }

        Assert.False((await service.AskAsync([.. trusting, "-verify_hostname", "example.com"])).Connected);
        Assert.False((await service.AskAsync("-verify_return_error")).Connected);
    }

    [Fact]
    public async Task Both_versions_of_HTTP_are_answered_over_https()
    {
        await using var service = await SecureService.StartAsync(_folder);
        using var authority = await service.TrustAsync();
        foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
        {
            using var client = SecureService.Client(authority, $"https://localhost:{service.Port}", version);

            using var answer = await client.GetAsync(new Uri("/api/members", UriKind.Relative), Cancellation);

            Assert.Equal((HttpStatusCode.OK, version), (answer.StatusCode, answer.Version));
            Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        }

        // In the clear there is HTTP/1.1 alone.
        using var plain = new HttpClient { BaseAddress = service.Service.Address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new Uri("/api/members", UriKind.Relative), Cancellation));
    }

    [Fact]
    public async Task A_name_that_is_not_ours_is_refused_over_https_as_well()
    {
        await using var service = await SecureService.StartAsync(_folder);
        using var authority = await service.TrustAsync();
        using var client = SecureService.Client(authority, $"https://localhost:{service.Port}", HttpVersion.Version20);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/members") { Version = HttpVersion.Version20, Headers = { Host = "attacker.example" } };
        // The name is also what the client checks the certificate against.
        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, Cancellation));

        using var rebound = SecureService.Client(authority, $"https://localhost:{service.Port}");
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/api/members");
        asked.Headers.Add("X-Forwarded-Host", "attacker.example");
        Assert.Equal(HttpStatusCode.OK, (await rebound.SendAsync(asked, Cancellation)).StatusCode);
        var (_, output) = await service.AskAsync("-servername", "attacker.example", "-alpn", "http/1.1");
        Assert.Contains("CN = EdgeDb", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_made_before_somebody_comes_over_https()
    {
        await using var service = await SecureService.StartAsync(_folder);
        await service.Service.Http.GetStringAsync(new Uri("/api/members", UriKind.Relative), Cancellation);

        Assert.False(Directory.Exists(_folder.File("data/tls")));
        Assert.Equal(2, (await RunAsync("show")).ExitCode);

        using var shown = await service.ShownAsync();
        Assert.Equal(["authority.pem", "server.pem"], Directory.GetFiles(_folder.File("data/tls")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_console_shows_what_the_page_shows()
    {
        await using var service = await SecureService.StartAsync(_folder);
        using var authority = await service.TrustAsync();
        var page = await service.Service.Http.GetStringAsync(new Uri("/trust", UriKind.Relative), Cancellation);

        var shown = await RunAsync("show");

        Assert.Equal((0, ""), (shown.ExitCode, shown.Errors));
        var fingerprint = shown.Output.Split('\n').Single(static line => line.StartsWith("SHA-256 ", StringComparison.Ordinal))["SHA-256 ".Length..];
        Assert.Equal(authority.GetCertHashString(HashAlgorithmName.SHA256), fingerprint.Replace(" ", "", StringComparison.Ordinal));
        Assert.Contains(string.Join(' ', fingerprint.Split(' ').Select(static group => $"<span>{group}</span>")), page, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(service.AuthorityFile, Cancellation), (await RunAsync("export-ca")).Output);
        var code = await RunAsync("qr");
        Assert.Contains("██", code.Output, StringComparison.Ordinal);
        Assert.EndsWith($":{service.Service.Address.Port}/trust\n{string.Join('\n', shown.Output.Split('\n')[..2])}\n", code.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_certificate_is_shown_without_a_restart()
    {
        await using var service = await SecureService.StartAsync(_folder);
        using var authority = await service.TrustAsync();
        using var before = await service.ShownAsync();

        Assert.Equal(0, (await RunAsync("renew")).ExitCode);

        using var after = await service.ShownAsync();
        Assert.NotEqual(before.Thumbprint, after.Thumbprint);
        Assert.Equal(authority.Subject, after.Issuer);
        var api = new Api(service.Service);
        var renewed = (await api.PostAsync("/api/tls/renew?authority=true")).Expect(HttpStatusCode.OK).Json;
        using var successor = await service.TrustAsync();
        Assert.NotEqual(authority.Subject, successor.Subject);
        Assert.Equal(successor.GetNameInfo(X509NameType.SimpleName, false), renewed.Text("authority"));
        Assert.Contains("localhost", renewed.Texts("names"));
        using var last = await service.ShownAsync();
        Assert.Equal(successor.Subject, last.Issuer);
        Assert.Equal(400, (int)(await api.PostAsync("/api/tls/renew?authority=maybe")).Status);
    }

    [Fact]
    public async Task An_authority_can_be_made_before_the_service_runs_and_stays_the_same_when_it_does()
    {
        await ServiceProcess.RunAsync(["import", await CalendarAsync(), "--data", _folder.File("data")]);
        var made = await RunAsync("renew");
        Assert.Equal((0, ""), (made.ExitCode, made.Errors));

        await using var service = await SecureService.StartAsync(_folder);
        using var authority = await service.TrustAsync();
        using var shown = await service.ShownAsync();

        Assert.Equal((await RunAsync("show")).Output, made.Output);
        Assert.Equal(authority.Subject, shown.Issuer);
    }

    [Fact]
    public async Task A_damaged_authority_stops_https_alone_and_is_named()
    {
        await using (var service = await SecureService.StartAsync(_folder))
        {
            using var shown = await service.ShownAsync();
        }

        var file = _folder.File("data/tls/authority.pem");
        await File.AppendAllTextAsync(file, "x", Cancellation);
        await using var damaged = await SecureService.StartAsync(_folder);

        await Assert.ThrowsAnyAsync<IOException>(damaged.ShownAsync);
        using var page = await damaged.Service.Http.GetAsync(new Uri("/trust", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains(file, await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        await Api.EventuallyAsync("the log names it", () => Task.FromResult(damaged.Service.Output.Contains($"https cannot be served: '{file}' cannot be used", StringComparison.Ordinal) ? "" : null));
        Assert.Equal("[]", (await new Api(damaged.Service).GetAsync("/api/members")).Json.GetProperty("items").GetRawText());
    }

    [Fact]
    public async Task The_page_is_in_the_readers_language_and_runs_no_script()
    {
        await using var service = await SecureService.StartAsync(_folder);
        var api = new Api(service.Service);
        foreach (var (accepted, language) in ((string, string)[])
            [("de-AT,de;q=0.9,en;q=0.5", "de"), ("fr", "fr"), ("pt, es-MX;q=0.8", "es"), ("en;q=0.1, de;q=0", "en"), ("ja", "en"), ("es;q=0.2, fr;q=0.7", "fr"), ("esperanto", "en"), ("", "en")])
        {
            var page = (await api.SendAsync(HttpMethod.Get, "/trust", null, ("Accept-Language", accepted))).Expect(HttpStatusCode.OK);

            Assert.Equal((accepted, language), (accepted, page.Headers["Content-Language"]));
            Assert.Contains($"<html lang=\"{language}\">", page.Text, StringComparison.Ordinal);
            Assert.Equal("default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", page.Headers["Content-Security-Policy"]);
            Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("{{", page.Text, StringComparison.Ordinal);
            Assert.Contains($"https://{service.Service.Address.Host}:{service.Port}/", page.Text, StringComparison.Ordinal);
            foreach (var file in (string[])["mobileconfig", "crt", "pem"])
                Assert.Contains($"href=\"/trust/authority.{file}\"", page.Text, StringComparison.Ordinal);
        }

        (await api.GetAsync("/trust/style.css")).Expect(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync("/trust/nothing")).Status);
    }

    [Fact]
    public async Task The_authority_is_downloaded_in_the_forms_that_devices_take()
    {
        await using var service = await SecureService.StartAsync(_folder);
        using var authority = await service.TrustAsync();
        using var der = await service.Service.Http.GetAsync(new Uri("/trust/authority.crt", UriKind.Relative), Cancellation);
        Assert.Equal("application/x-x509-ca-cert", der.Content.Headers.ContentType!.MediaType);
        Assert.Equal(authority.RawData, await der.Content.ReadAsByteArrayAsync(Cancellation));

        var profile = XDocument.Parse(await service.Service.Http.GetStringAsync(new Uri("/trust/authority.mobileconfig", UriKind.Relative), Cancellation));

        var payload = profile.Descendants("array").Single().Element("dict")!;
        Assert.Equal("com.apple.security.root", payload.Elements("string").First().Value);
        Assert.Equal(authority.RawData, Convert.FromBase64String(payload.Element("data")!.Value));
    }

    [Fact]
    public async Task Browsers_are_told_to_come_by_https_only_where_the_owner_wants_it()
    {
        await using var service = await SecureService.StartAsync(_folder, "--tls-hsts", "30");
        using var authority = await service.TrustAsync();
        using var client = SecureService.Client(authority, $"https://localhost:{service.Port}");

        using var secure = await client.GetAsync(new Uri("/health/live", UriKind.Relative), Cancellation);
        using var plain = await service.Service.Http.GetAsync(new Uri("/health/live", UriKind.Relative), Cancellation);

        Assert.Equal("max-age=2592000", Assert.Single(secure.Headers.GetValues("Strict-Transport-Security")));
        Assert.False(plain.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Https_is_there_wherever_other_machines_reach_the_service()
    {
        await using (var open = await SecureService.StartWithAsync(_folder, "--listen", "0.0.0.0"))
        {
            using var shown = await open.ShownAsync();
            Assert.Equal("CN=EdgeDb", shown.Subject);
        }

        foreach (var arguments in (string[][])[[], ["--listen", "127.0.0.1"], ["--listen", "0.0.0.0", "--tls", "off"]])
        {
            await using var closed = await ServiceProcess.StartAsync(_folder.File("data"), arguments);
            Assert.DoesNotContain("https", closed.Output, StringComparison.Ordinal);
            var page = await new Api(closed).GetAsync("/trust");
            Assert.Equal((HttpStatusCode.NotFound, "urn:edgedb:problem:no-authority"), (page.Status, page.Json.Text("type")));
        }
    }

    [Fact]
    public async Task A_certificate_of_the_owners_is_shown_and_its_renewal_too()
    {
        var (certificate, key) = (_folder.File("board.pem"), _folder.File("board.key"));
        await IssueAsync("board.example.org", certificate, key);
        await using var service = await SecureService.StartAsync(_folder, "--host", "board.example.org", "--tls-certificate", certificate, "--tls-key", key);
        using var shown = await service.ShownAsync();
        Assert.Equal("CN=board.example.org", shown.Subject);

        await IssueAsync("renewed.example.org", certificate, key);
        using var renewed = await Api.EventuallyAsync("the new one is shown", async () => await service.ShownAsync() is { Subject: "CN=renewed.example.org" } now ? now : null);

        Assert.Equal(HttpStatusCode.NotFound, (await new Api(service.Service).GetAsync("/trust")).Status);
        Assert.False(Directory.Exists(_folder.File("data/tls")));
    }

    [Fact]
    public async Task A_certificate_and_a_key_that_do_not_belong_together_are_told_before_the_start()
    {
        await IssueAsync("a", _folder.File("a.pem"), _folder.File("a.key"));
        await IssueAsync("b", _folder.File("b.pem"), _folder.File("b.key"));

        var (code, _, errors) = await ServiceProcess.RunAsync(
            ["serve", "--data", _folder.File("data"), "--port", "0", "--tls-certificate", _folder.File("a.pem"), "--tls-key", _folder.File("b.key")]);

        Assert.Equal(2, code);
        Assert.Contains("does not belong to", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(string command) => ServiceProcess.RunAsync(["tls", command, "--data", _folder.File("data")]);

    private async Task<string> CalendarAsync()
    {
        var file = _folder.File("a.ics");
        await File.WriteAllTextAsync(file, FeedText.Calendar(FeedText.Event("a", "One", "20260302T090000Z")), Cancellation);
        return file;
    }

    private static async Task IssueAsync(string name, string certificateFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), Cancellation);
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), Cancellation);
    }
}
