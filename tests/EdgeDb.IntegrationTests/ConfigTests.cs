using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeDb.Tests;
using Microsoft.Data.Sqlite;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class ConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.File("data");

    private string File => _folder.File("edgedb.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_layer_outranks_the_one_below_it()
    {
        await WriteAsync("""{ "cache": { "entries": 101, "ttl": "1s" }, "batch": { "size": 11 }, "requests": { "queue": 21 } }""");
        await using var service = await ServiceProcess.StartAsync(
            Data,
            [("EDGEDB__CACHE__TTL", "2s"), ("EDGEDB__BATCH__SIZE", "12"), ("EDGEDB__REQUESTS__QUEUE", "22")],
            "--config", File, "--batch-size", "13", "--requests-queue", "23");
        var api = new Api(service);
        await api.PutAsync("/api/config/requests.queue", new { value = "24" });

        var settings = await SettingsAsync(api);
        foreach (var (name, value, source, from) in ((string, string, string, string)[])
            [
                ("cache.bytes", "16MB", "default", ""), ("cache.entries", "101", "file", $"{File}:1:14: cache.entries"), ("cache.ttl", "2s", "environment", "EDGEDB__CACHE__TTL"),
                ("batch.size", "13", "commandLine", "--batch-size"), ("requests.queue", "24", "database", "requests.queue in the database"),
            ])
            Assert.Equal((value, source, from), (settings[name].Text("value"), settings[name].Text("source"), settings[name].Text("from")));

        // Asked by a command, the service tells the same, its command line included.
        var shown = await RunAsync("config", "show", "--json", "--data", Data);
        Assert.Equal((0, ""), (shown.ExitCode, shown.Errors));
        Assert.Equal((await api.GetAsync("/api/config")).Text.Trim(), shown.Output.Trim());
        Assert.Contains($"cache.entries = 101 answers  ({File}:1:14: cache.entries)\n", (await RunAsync("config", "show", "--data", Data)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_holds_at_once_where_it_can_and_says_so_where_it_cannot()
    {
        await using var service = await ServiceProcess.StartAsync(Data);
        var api = new Api(service);

        var set = await RunAsync("config", "set", "tuner", "off", "--data", Data);
        Assert.Equal((0, "", "tuner = off  (tuner in the database)\n"), (set.ExitCode, set.Errors, set.Output));
        Assert.Equal("off", (await api.GetAsync("/api/connections/tuner")).Json.Text("mode"));
        var unset = await RunAsync("config", "unset", "tuner", "--data", Data);
        Assert.Equal((0, "", "tuner = approve  (default)\n"), (unset.ExitCode, unset.Errors, unset.Output));
        Assert.Equal("approve", (await api.GetAsync("/api/connections/tuner")).Json.Text("mode"));

        await RunAsync("config", "set", "cache.entries", "77", "--data", Data);
        await RunAsync("config", "set", "cache.bytes", "1MB", "--data", Data);
        var cache = (await api.GetAsync("/api/pipeline")).Json.GetProperty("cache");
        Assert.Equal((77, 1 << 20), (cache.Number("maxEntries"), cache.Number("budgetBytes")));

        var later = (await api.PutAsync("/api/config/windowAhead", new { value = "36" })).Expect(HttpStatusCode.OK).Json;
        Assert.Equal(("24", "36", "afterRestart"), (later.Text("value"), later.Text("afterRestart"), later.Text("takesEffect")));
        Assert.Contains("windowAhead = 24 months  (default); after a restart: 36\n", (await RunAsync("config", "show", "windowAhead", "--data", Data)).Output, StringComparison.Ordinal);
        Assert.Equal(0, await service.StopAsync());

        await using var next = await ServiceProcess.StartAsync(Data);
        Assert.Equal("36", (await SettingsAsync(new Api(next)))["windowAhead"].Text("value"));
    }

    [Theory]
    [InlineData("features.off", "true", true, false)]
    [InlineData("features.poolAdaptivity.enabled", "false", true, true)]
    [InlineData("features.poolAdaptivity.percent", "0", true, true)]
    [InlineData("features.forecast.enabled", "false", false, false)]
    [InlineData("features.caching.enabled", "false", false, true)]
    public async Task A_feature_that_is_switched_off_leaves_the_plain_behaviour_at_once_and_comes_back(string name, string value, bool wholeSize, bool opensAhead)
    {
        // Nobody listens there: what is looked at needs no server.
        await using var service = await ServiceProcess.StartAsync(Data, "--postgres", "postgres://a:b@127.0.0.1:1/c?max-size=100");
        var api = new Api(service);
        Assert.Equal((false, true), await StateAsync());

        (await api.PutAsync($"/api/config/{name}", new { value })).Expect(HttpStatusCode.OK);
        Assert.Equal((wholeSize, opensAhead), await StateAsync());

        (await api.DeleteAsync($"/api/config/{name}")).Expect(HttpStatusCode.OK);
        Assert.Equal((false, true), await StateAsync());

        async Task<(bool WholeSize, bool OpensAhead)> StateAsync()
        {
            var connection = (await api.GetAsync("/api/connections/postgres")).Expect(HttpStatusCode.OK).Json;
            // The adaptive limit alternates around 8; the size may be bounded by the memory of the machine.
            return (connection.GetProperty("pool").Number("limit") > 25, connection.GetProperty("forecast").Flag("opensAhead"));
        }
    }

    [Fact]
    public async Task Settings_are_changed_without_a_service_too()
    {
        var group = (await RunAsync("config", "show", "batch", "--data", Data)).Output;
        Assert.Equal("batch.size = 10 requests  (default)\nbatch.delay = 50ms  (default)\n", group);
        var nowhere = await RunAsync("config", "set", "cache.ttl", "300s", "--data", Data);
        Assert.Equal(2, nowhere.ExitCode);
        Assert.Contains("holds no household", nowhere.Errors, StringComparison.Ordinal);
        await MakeHouseholdAsync();

        var set = await RunAsync("config", "set", "cache.ttl", "300s", "--data", Data);
        Assert.Equal((0, "", "cache.ttl = 5min  (cache.ttl in the database)\n"), (set.ExitCode, set.Errors, set.Output));
        await RunAsync("config", "set", "cache.entries", "77", "--data", Data);
        Assert.Equal(0, (await RunAsync("config", "unset", "cache.ttl", "--data", Data)).ExitCode);
        Assert.Contains("cache.ttl is not set", (await RunAsync("config", "unset", "cache.ttl", "--data", Data)).Errors, StringComparison.Ordinal);
        Assert.Contains("cache.entries = 77 answers  (cache.entries in the database)\n", (await RunAsync("config", "show", "--data", Data)).Output, StringComparison.Ordinal);

        await using var service = await ServiceProcess.StartAsync(Data);
        var settings = await SettingsAsync(new Api(service));
        Assert.Equal(("77", "default"), (settings["cache.entries"].Text("value"), settings["cache.ttl"].Text("source")));
    }

    [Theory]
    [InlineData("cache.entires", "500", "Did you mean cache.entries?")]
    [InlineData("cache.entries", "many", "cache.entries: 'many' is not a whole number from 16 to 100000.")]
    [InlineData("postgres", "postgres://a:geheim@h/d", "EDGEDB__POSTGRES")]
    [InlineData("data", "/tmp", "before the database is open")]
    public async Task A_change_that_cannot_be_is_refused_with_and_without_a_service(string name, string value, string reason)
    {
        for (var run = 0; run < 2; run++)
        {
            await using var service = run == 0 ? null : await ServiceProcess.StartAsync(Data);
            var (exit, output, errors) = await RunAsync("config", "set", name, value, "--data", Data);

            Assert.Equal((2, ""), (exit, output));
            Assert.Contains(reason, errors, StringComparison.Ordinal);
            Assert.DoesNotContain("geheim", errors, StringComparison.Ordinal);
            if (service is not null)
                Assert.InRange((int)(await new Api(service).PutAsync($"/api/config/{name}", new { value })).Status, 400, 409);
        }
    }

    [Fact]
    public async Task A_bad_value_in_the_database_is_told_and_the_service_starts_with_the_one_below()
    {
        await MakeHouseholdAsync();
        await RunAsync("config", "set", "cache.entries", "77", "--data", Data);
        await using (var connection = new SqliteConnection($"Data Source={System.IO.Path.Combine(Data, "edgedb.db")};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText =
                "UPDATE setting SET value = 'plenty' WHERE name = 'config.cache.entries'; " +
                "INSERT INTO setting (name, value) VALUES ('config.of.another.version', '1'), ('config.data', '/tmp')";
            Assert.Equal(3, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        await using var service = await ServiceProcess.StartAsync(Data, [("EDGEDB__CACHE__ENTRIES", "88")]);

        Assert.Equal(("88", "environment"), await SettingsAsync(new Api(service)) is var settings ? (settings["cache.entries"].Text("value"), settings["cache.entries"].Text("source")) : default);
        foreach (var told in (string[])["cache.entries in the database: 'plenty' is not", "of.another.version in the database: there is no such setting", "data in the database: data is needed before"])
            Assert.Contains(told, service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_wrong_value_of_every_setting_of_a_file_is_told_at_once_with_its_line_and_the_file_stays()
    {
        var settings = await TableAsync();
        var file = new JsonObject();
        foreach (var setting in settings)
        {
            var at = file;
            var parts = setting.Text("name").Split('.');
            foreach (var group in parts[..^1])
                at = (JsonObject)(at[group] ??= new JsonObject());
            at[parts[^1]] = setting.Text("type") == "text" ? 5 : "wrong!";
        }

        var text = file.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
        await WriteAsync(text);
        var (exit, output, _) = await RunAsync("config", "check", File);

        Assert.Equal(1, exit);
        Assert.Equal(
            settings.Select(static s => s.Text("name")),
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(": ")[1]));
        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Every_wrong_variable_is_told_at_once()
    {
        var settings = (await TableAsync()).Where(static s => s.Text("name") is not "data").ToList();

        var (exit, _, errors) = await ServiceProcess.RunAsync(
            ["serve", "--data", Data], environment: [.. settings.Select(static s => (s.Text("variable"), "wrong!")), ("EDGEDB__CACHE__ENTIRES", "1")]);

        Assert.Equal(2, exit);
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"edgedb: {lines.Length - 1} things are wrong:", lines[0]);
        Assert.All(lines.Skip(1), static line => Assert.StartsWith("  ", line, StringComparison.Ordinal));
        // Which file is meant is not known while its name is wrong; everything else is.
        foreach (var setting in settings.Where(static s => s.Text("name") != "config"))
            Assert.Contains($"{setting.Text("variable")}: ", errors, StringComparison.Ordinal);
        Assert.Contains("EDGEDB__CACHE__ENTIRES: there is no such setting. Did you mean EDGEDB__CACHE__ENTRIES?", errors, StringComparison.Ordinal);
        Assert.Contains("wrong!: the file cannot be read: ", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task A_file_that_is_no_JSON_stops_the_start_and_is_never_overwritten()
    {
        const string Broken = "{ \"port\": 80,\n  \"zone\": }";
        await WriteAsync(Broken);
        foreach (var call in (string[][])[["serve"], ["config", "set", "cache.entries", "50"], ["config", "show"]])
        {
            var (exit, _, errors) = await RunAsync([.. call, "--data", Data, "--config", File]);
            Assert.Equal(2, exit);
            Assert.Contains($"{File}:2:11: no JSON: ", errors, StringComparison.Ordinal);
        }

        Assert.Equal(Broken, await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Secrets_are_said_to_be_there_and_not_shown()
    {
        var secret = _folder.File("password");
        await System.IO.File.WriteAllTextAsync(secret, "geheim2\n", TestContext.Current.CancellationToken);
        MakePrivate(secret);
        foreach (var arguments in (string[][])[["config", "show"], ["config", "show", "--json"], ["config", "show", "postgres"]])
        {
            var (exit, output, errors) = await ServiceProcess.RunAsync(
                [.. arguments, "--data", Data],
                environment: [("EDGEDB__POSTGRES", "postgres://edge:geheim1@localhost/edge"), ("EDGEDB__REDIS", $"redis://localhost?password-file={secret}")]);

            Assert.Equal((0, ""), (exit, errors));
            Assert.DoesNotContain("geheim", output, StringComparison.Ordinal);
            Assert.Contains("(set)", output, StringComparison.Ordinal);
            Assert.Contains("EDGEDB__POSTGRES", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("none", "cannot be read")]
    [InlineData("empty", "is empty")]
    [InlineData("two", "leave one out")]
    [InlineData("open", "every user of this machine can read; chmod 600")]
    public async Task A_password_file_that_holds_none_is_told(string kind, string reason)
    {
        var file = _folder.File("password");
        if (kind != "none")
            await System.IO.File.WriteAllTextAsync(file, kind == "empty" ? "" : "geheim2\n", TestContext.Current.CancellationToken);
        if (kind == "two")
            MakePrivate(file);
        var (exit, _, errors) = await RunAsync("serve", "--data", Data, "--postgres", $"postgres://edge:{(kind == "two" ? "geheim1" : "")}@127.0.0.1/edge?password-file={file}");

        Assert.Equal(2, exit);
        Assert.Contains("--postgres: ", errors, StringComparison.Ordinal);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_without_a_folder_is_a_credential_that_systemd_passes()
    {
        var credential = _folder.File("edgedb.postgres");
        await System.IO.File.WriteAllTextAsync(credential, "geheim", TestContext.Current.CancellationToken);
        MakePrivate(credential);
        string[] call = ["config", "show", "postgres", "--data", Data];
        (string, string) postgres = ("EDGEDB__POSTGRES", "postgres://edge@localhost/edge?password-file=edgedb.postgres");

        var passed = await ServiceProcess.RunAsync(call, environment: [postgres, ("CREDENTIALS_DIRECTORY", _folder.Path)]);
        var absent = await ServiceProcess.RunAsync(call, environment: [postgres, ("CREDENTIALS_DIRECTORY", "/nowhere/at-all")]);

        Assert.Equal((0, ""), (passed.ExitCode, passed.Errors));
        Assert.Equal(2, absent.ExitCode);
        Assert.Contains("'/nowhere/at-all/edgedb.postgres', which cannot be read", absent.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://a:b@localhost/c?pin=short", "pin holds 'short'")]
    [InlineData("postgres://a:b@localhost/c?tls=off&pin=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "nothing would be checked")]
    [InlineData("postgres://a:b@localhost/c?tls-minimum=1.1", "tls-minimum is '1.1'; it is one of 1.3, 1.2")]
    public async Task What_is_wrong_with_the_trust_in_a_server_is_told(string address, string reason)
    {
        var (exit, _, errors) = await RunAsync("serve", "--data", Data, "--postgres", address);

        Assert.Equal(2, exit);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_that_is_installed_with_the_service_is_right()
    {
        var (exit, output, _) = await RunAsync("config", "check", Repository.Path("systemd", "edgedb.json"));

        Assert.True(exit == 0, output);
    }

    [Fact]
    public async Task A_service_that_was_killed_does_not_keep_commands_from_the_database()
    {
        await using (var service = await ServiceProcess.StartAsync(Data))
            await service.KillAsync();

        Assert.Equal(0, (await RunAsync("config", "set", "cache.entries", "50", "--data", Data)).ExitCode);
        Assert.Contains("cache.entries = 50 ", (await RunAsync("config", "show", "cache.entries", "--data", Data)).Output, StringComparison.Ordinal);
    }

    private async Task MakeHouseholdAsync()
    {
        var file = _folder.File("one.ics");
        await System.IO.File.WriteAllTextAsync(file, FeedText.Calendar(FeedText.Event("one", "One", "20260302T090000Z")), TestContext.Current.CancellationToken);
        Assert.Equal(0, (await RunAsync("import", file, "--data", Data)).ExitCode);
    }

    private static async Task<Dictionary<string, JsonElement>> SettingsAsync(Api api) =>
        (await api.GetAsync("/api/config")).Expect(HttpStatusCode.OK).Items.ToDictionary(static s => s.Text("name"));

    /// <summary>The table of settings, as the executable tells it.</summary>
    private async Task<IReadOnlyList<JsonElement>> TableAsync() =>
        [.. JsonDocument.Parse((await RunAsync("config", "show", "--json", "--data", _folder.File("nobody"))).Output).RootElement.GetProperty("items").EnumerateArray()];

    private Task WriteAsync(string text) => System.IO.File.WriteAllTextAsync(File, text, TestContext.Current.CancellationToken);

    private static Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => ServiceProcess.RunAsync(arguments);

    private static void MakePrivate(string file)
    {
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
