using System.Net;
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

    private static async Task ChangeAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
