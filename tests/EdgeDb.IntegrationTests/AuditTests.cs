using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EdgeDb.Tests;
using Microsoft.Data.Sqlite;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>The audit log of the running service, and the command that looks at its file.</summary>
public sealed class AuditTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Starts_writes_settings_and_stops_are_told_and_the_chain_is_intact()
    {
        using var folder = new TemporaryFolder();
        string id;
        await using (var service = await ServiceProcess.StartAsync(folder.Path))
        {
            var api = new Api(service);
            var calendar = await api.AddCalendarAsync("Kitchen");
            id = await api.AddEventAsync(new { calendarId = calendar, summary = "A secret surprise", start = "2026-03-02", allDay = true });
            (await api.PutAsync("/api/config/cache.ttl", new { value = "4min" })).Expect(HttpStatusCode.OK);
            (await api.DeleteAsync($"/api/events/{Guid.Empty}")).Expect(HttpStatusCode.NotFound);
            Assert.Equal(0, (await api.GetAsync("/api/security")).Expect(HttpStatusCode.OK).Json.Number("open"));
            (await api.DeleteAsync("/api/security/99")).Expect(HttpStatusCode.NotFound);
            (await api.GetAsync("/api/audit?kind=nonsense")).Expect(HttpStatusCode.BadRequest);
            (await api.GetAsync("/api/audit?cursor=nonsense")).Expect(HttpStatusCode.BadRequest);
            await service.StopAsync();
        }

        await using (var service = await ServiceProcess.StartAsync(folder.Path))
        {
            var api = new Api(service);
            var list = (await api.GetAsync("/api/audit?limit=3")).Expect(HttpStatusCode.OK).Json;
            Assert.Equal(3, list.GetProperty("items").GetArrayLength());
            var rest = (await api.GetAsync($"/api/audit?cursor={list.Text("next")}")).Expect(HttpStatusCode.OK).Json;
            var entries = list.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray()).Reverse().ToList();
            var kinds = entries.Select(static e => e.Text("kind")).ToList();
            Assert.Equal(["service-start", "write", "write", "setting", "service-stop"], kinds.Take(5));
            Assert.Contains(id, entries[2].Text("what"), StringComparison.Ordinal);
            Assert.Equal("settings:change cache.ttl", entries[3].Text("what"));
            Assert.All(entries.Skip(1).Take(3), static e => Assert.Equal("anybody", e.Text("actor")));
            Assert.DoesNotContain("surprise", list.GetRawText() + rest.GetRawText(), StringComparison.Ordinal);

            // Beside the service that runs.
            var (exit, report, errors) = await ServiceProcess.RunAsync(["audit", "verify", "--data", folder.Path]);
            Assert.True(exit == 0 && report.Contains("nothing wrong", StringComparison.Ordinal), report + errors);
            var (_, lines, _) = await ServiceProcess.RunAsync(["audit", "export", "--data", folder.Path]);
            Assert.Equal(1, JsonDocument.Parse(lines.Split('\n')[0]).RootElement.Number("sequence"));
            var (_, shown, _) = await ServiceProcess.RunAsync(["audit", "show", "--kind", "setting", "--data", folder.Path]);
            Assert.Contains("settings:change cache.ttl", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_entry_that_was_changed_is_named_and_so_is_one_that_was_cut_off()
    {
        using var folder = new TemporaryFolder();
        await using (var service = await ServiceProcess.StartAsync(folder.Path))
        {
            await new Api(service).AddCalendarAsync("Kitchen");
            await service.StopAsync();
        }

        var file = Path.Combine(folder.Path, "edgedb.db");
        var (_, report, _) = await ServiceProcess.RunAsync(["audit", "verify", "--data", folder.Path]);
        var head = report.Split("head ")[1].Trim();
        await ChangeAsync(file, "DROP TRIGGER audit_entry_stays; DROP TRIGGER audit_detail_stays; DELETE FROM audit_entry WHERE sequence = 3; DELETE FROM audit_detail WHERE sequence = 3");
        var (exit, _, errors) = await ServiceProcess.RunAsync(["audit", "verify", "--data", folder.Path]);
        Assert.True(exit == 1 && errors.Contains("Entry 3 ", StringComparison.Ordinal), errors);
        File.Delete(file + ".audit-head");
        Assert.Equal(0, (await ServiceProcess.RunAsync(["audit", "verify", "--data", folder.Path])).ExitCode);
        Assert.Equal(1, (await ServiceProcess.RunAsync(["audit", "verify", "--head", head, "--data", folder.Path])).ExitCode);

        await ChangeAsync(file, "DROP TRIGGER audit_entry_stays_as_it_is; UPDATE audit_entry SET actor = 'console' WHERE sequence = 2");
        (exit, _, errors) = await ServiceProcess.RunAsync(["audit", "verify", "--data", folder.Path]);
        Assert.True(exit == 1 && errors.Contains("Entry 2 ", StringComparison.Ordinal), errors);
    }

    [Fact]
    public async Task Who_signed_in_who_failed_to_and_who_was_refused_is_told()
    {
        using var folder = new TemporaryFolder();
        await using (var service = await ServiceProcess.StartAsync(folder.Path))
        {
            var owner = new Api(service);
            (await owner.PostAsync("/api/setup", new { name = "Ana", password = Password })).Expect(HttpStatusCode.Created);
            (await owner.PostAsync("/api/accounts", new { name = "Kim", role = "child", password = Password })).Expect(HttpStatusCode.Created);
            (await owner.DeleteAsync("/api/session")).Expect(HttpStatusCode.NoContent);
            (await owner.PostAsync("/api/session", new { name = "Kim", password = "wrong" })).Expect(HttpStatusCode.Unauthorized);
            (await owner.PostAsync("/api/session", new { name = "Kim", password = Password })).Expect(HttpStatusCode.OK);
            (await owner.GetAsync("/api/audit")).Expect(HttpStatusCode.Forbidden);
            (await owner.PostAsync("/api/members", new { name = "Eve" })).Expect(HttpStatusCode.Forbidden);
            await service.StopAsync();
        }

        var (_, lines, _) = await ServiceProcess.RunAsync(["audit", "export", "--data", folder.Path]);
        var entries = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.StartsWith("Kim, ", entries.Single(static e => e.Text("kind") == "sign-in").TextOrNull("who"), StringComparison.Ordinal);
        Assert.StartsWith("Ana, ", entries.Single(static e => e.Text("kind") == "sign-out").TextOrNull("who"), StringComparison.Ordinal);
        Assert.Equal("wrong name or password", entries.Single(static e => e.Text("kind") == "sign-in-failed").TextOrNull("what"));
        var refused = entries.Where(static e => e.Text("kind") == "refused").ToList();
        Assert.Equal(["audit:read", "members:add"], refused.Select(static e => e.TextOrNull("what")));
        Assert.All(refused, static e => Assert.StartsWith("Kim, ", e.TextOrNull("who"), StringComparison.Ordinal));
        Assert.Contains(entries, static e => e.Text("kind") == "write" && e.TextOrNull("what")!.StartsWith("accounts:add", StringComparison.Ordinal));
        Assert.Contains(entries, static e => e.Text("kind") == "warning" && e.TextOrNull("what")!.StartsWith("new-device: Kim", StringComparison.Ordinal));
        Assert.Equal(0, (await ServiceProcess.RunAsync(["audit", "verify", "--data", folder.Path])).ExitCode);
    }

    [Fact]
    public async Task What_the_console_does_while_the_service_is_stopped_is_told_too()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        await using (var service = await ServiceProcess.StartAsync(data))
            await service.StopAsync();
        foreach (var (arguments, input) in ((string[], string?)[])
            [
                (["account", "add", "Ana", "--role", "owner"], Password), (["account", "add", "Kim", "--role", "child"], Password), (["account", "set-password", "Kim"], "another password"),
                (["account", "set-role", "Kim", "adult"], null), (["account", "remove", "Kim"], null), (["backup", "now"], null), (["keys", "rotate"], null), (["keys", "rotate", "--master"], null),
            ])
        {
            var (exit, _, errors) = await ServiceProcess.RunAsync([.. arguments, "--data", data], input is null ? null : input + "\n");
            Assert.True(exit == 0, $"{string.Join(' ', arguments)}: {errors}");
        }

        var backup = Directory.GetFiles(Path.Combine(data, "backups"), "edgedb-*").Single();
        var copy = folder.File("copy");
        // The backup is sealed by the master key before; the one that took its place still opens it.
        var (restored, said, problems) = await ServiceProcess.RunAsync(["backup", "restore", backup, "--to", copy, "--data", data]);
        Assert.True(restored == 0, said + problems);

        var told = await ToldAsync(data);
        Assert.Equal(
            [
                "account Ana: added as owner", "account Kim: added as child", "account Kim: password set", "account Kim: changed; adult", "account Kim: removed", "keys-rotated all",
                "keys-rotated master key",
            ],
            told.Where(static entry => entry.StartsWith("account ", StringComparison.Ordinal) || entry.StartsWith("keys-rotated ", StringComparison.Ordinal)));
        Assert.Equal("backup restored from " + Path.GetFileName(backup), (await ToldAsync(copy))[^1]);
        Assert.Equal(0, (await ServiceProcess.RunAsync(["audit", "verify", "--data", data])).ExitCode);
        Assert.Equal(0, (await ServiceProcess.RunAsync(["audit", "verify", "--data", copy])).ExitCode);
        // All of it opens: somebody signs in.
        await using var again = await ServiceProcess.StartAsync(data);
        (await new Api(again).PostAsync("/api/session", new { name = "Ana", password = Password })).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Keys_are_replaced_while_the_service_runs_by_the_command_and_by_the_api_but_not_the_master_key()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.Path);
        var api = new Api(service);
        (await api.PostAsync("/api/feeds", new { address = "http://127.0.0.1:1/feed" })).Expect(HttpStatusCode.Created);
        var work = (await api.PostAsync("/api/keys/rotate")).Expect(HttpStatusCode.Accepted).Json;
        Assert.Contains("keys", work.GetProperty("items").EnumerateArray().Select(static job => job.Text("kind")));
        var (exit, output, errors) = await ServiceProcess.RunAsync(["keys", "rotate", "--data", folder.Path]);
        Assert.True(exit == 0 && output.Contains("from now on", StringComparison.Ordinal), output + errors);
        (exit, _, errors) = await ServiceProcess.RunAsync(["keys", "rotate", "--master", "--data", folder.Path]);
        Assert.True(exit == 2 && errors.Contains("stop it first", StringComparison.Ordinal), errors);
        await Api.EventuallyAsync(
            "it is in the audit log",
            async () => (await api.GetAsync("/api/audit")).Json.GetProperty("items").EnumerateArray().Select(static e => e.TextOrNull("what")).FirstOrDefault(static what => what == "operations:change"));
    }

    [Fact]
    public async Task A_certificate_that_ends_soon_and_one_that_took_its_place_are_something_to_look_at()
    {
        using var folder = new TemporaryFolder();
        var (certificate, key) = (folder.File("own.pem"), folder.File("own.key"));
        WriteCertificate(certificate, key, days: 5);
        await using var secure = await SecureService.StartAsync(folder, "--tls-certificate", certificate, "--tls-key", key);
        var api = new Api(secure.Service);
        await Api.EventuallyAsync("the end of the certificate is told", () => WarningAsync(api, "certificate-expiring"));

        (await secure.ShownAsync()).Dispose();
        WriteCertificate(certificate, key, days: 300);
        await Api.EventuallyAsync(
            "the other certificate is told",
            async () =>
            {
                (await secure.ShownAsync()).Dispose();
                return await WarningAsync(api, "certificate-renewed");
            });
        var metrics = await secure.Service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("certificate-renewed", metrics, StringComparison.Ordinal);

        static async Task<object?> WarningAsync(Api api, string kind) =>
            (await api.GetAsync("/api/security")).Json.GetProperty("counts").EnumerateArray().Any(count => count.Text("kind") == kind && count.Number("count") > 0) ? kind : null;
    }

    private static void WriteCertificate(string certificateFile, string keyFile, int days)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=localhost", pair, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(days));
        File.WriteAllText(keyFile, pair.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
    }

    private static async Task<List<string>> ToldAsync(string data)
    {
        var (_, lines, _) = await ServiceProcess.RunAsync(["audit", "export", "--data", data]);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement).Select(static entry => $"{entry.Text("kind")} {entry.TextOrNull("what")}")];
    }

    private static async Task ChangeAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
