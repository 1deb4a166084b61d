using System.Net;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static readonly Agenda Week = Agenda.At(far: false);

    private static string School => FeedText.Calendar(
        "X-WR-CALNAME:School\r\n",
        "BEGIN:VEVENT\r\nUID:maths\r\nDTSTAMP:20260101T000000Z\r\n"
        + $"DTSTART;TZID=Europe/Berlin:{Week.RecurrenceDay(0)}T080000\r\nDURATION:PT45M\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nSUMMARY:Maths\r\nLOCATION:Room 5\r\nEND:VEVENT\r\n",
        $"BEGIN:VEVENT\r\nUID:trip\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:{Week.RecurrenceDay(1)}\r\nDTEND;VALUE=DATE:{Week.RecurrenceDay(3)}\r\nSUMMARY:Trip\r\nEND:VEVENT\r\n",
        "BEGIN:VEVENT\r\nUID:lost\r\nSUMMARY:Lost\r\nEND:VEVENT\r\n");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Import_agenda_and_export_work_without_a_service()
    {
        var (data, file) = await PrepareAsync();

        var import = await RunAsync("import", file, "--data", data);
        Assert.Equal((0, ""), (import.ExitCode, import.Errors));
        Assert.Contains("2 events read, 2 of them new or changed in 'school'", import.Output, StringComparison.Ordinal);
        Assert.Contains("1 items skipped", import.Output, StringComparison.Ordinal);
        Assert.Contains("DTSTART", import.Output, StringComparison.Ordinal);

        var agenda = await RunAsync("agenda", "--from", Week.Day(0), "--to", Week.Day(8), "--zone", "Europe/Berlin", "--data", data);
        Assert.Equal((0, ""), (agenda.ExitCode, agenda.Errors));
        Assert.Equal(
            [$"{Week.Day(0)} Monday", "  08:00-08:45  Maths @ Room 5", $"{Week.Day(1)} Tuesday", "  all day (2 d)  Trip", $"{Week.Day(7)} Monday", "  08:00-08:45  Maths @ Room 5"],
            agenda.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        var export = await RunAsync("export", "--data", data);
        Assert.Equal((0, ""), (export.ExitCode, export.Errors));
        Assert.StartsWith("BEGIN:VCALENDAR\r\n", export.Output, StringComparison.Ordinal);
        Assert.Contains("TZID:Europe/Berlin\r\n", export.Output, StringComparison.Ordinal);
        Assert.Equal(export.Output, (await RunAsync("export", "--calendar", "SCHOOL", "--data", data)).Output);

        var check = await RunAsync("check", "--data", data);
        Assert.Equal((0, ""), (check.ExitCode, check.Errors));
    }

    [Fact]
    public async Task Importing_a_file_twice_changes_nothing()
    {
        var (data, file) = await PrepareAsync();
        await RunAsync("import", file, "--data", data, "--calendar", "Kids");
        var before = (await RunAsync("export", "--data", data)).Output;

        var again = await RunAsync("import", file, "--data", data, "--calendar", "kids");

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("0 of them new or changed in 'Kids'", again.Output, StringComparison.Ordinal);
        Assert.Equal(before, (await RunAsync("export", "--data", data)).Output);
    }

    [Fact]
    public async Task Titles_from_a_feed_cannot_write_to_the_terminal()
    {
        var file = _folder.File("evil.ics");
        await File.WriteAllTextAsync(
            file, FeedText.Calendar(FeedText.Event("evil", "Red \u001b[31malert\u0007\\nsecond line", Week.RecurrenceId(0, "09:00"), "LOCATION:\u001b]0;title\u0007")), TestContext.Current.CancellationToken);
        await RunAsync("import", file, "--data", _folder.Path);

        var agenda = await RunAsync("agenda", "--from", Week.Day(0), "--to", Week.Day(1), "--data", _folder.Path);

        Assert.Equal(0, agenda.ExitCode);
        Assert.Equal(2, agenda.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(agenda.Output, static c => char.IsControl(c) && c != '\n');
        Assert.Contains("alert", agenda.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_use_is_not_written_by_a_second_process_but_can_be_read()
    {
        var (data, file) = await PrepareAsync();
        await RunAsync("import", file, "--data", data);
        await using var service = await ServiceProcess.StartAsync(data);

        var second = await RunAsync("serve", "--port", "0", "--data", data);
        var import = await RunAsync("import", file, "--data", data);
        foreach (var refused in new[] { second, import })
        {
            Assert.Equal(1, refused.ExitCode);
            Assert.Single(refused.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains(data, refused.Errors, StringComparison.Ordinal);
        }

        var agenda = await RunAsync("agenda", "--from", Week.Day(0), "--to", Week.Day(1), "--data", data);
        Assert.Equal(0, agenda.ExitCode);
        Assert.Contains("Maths", agenda.Output, StringComparison.Ordinal);
        Assert.Contains("Maths", (await RunAsync("export", "--data", data)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("check", "--data", data)).ExitCode);
        (await new Api(service).GetAsync("/api/members")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_feed_of_the_command_line_is_added_once_however_often_the_service_starts()
    {
        var (data, file) = await PrepareAsync();
        for (var start = 0; start < 2; start++)
        {
            await using var service = await ServiceProcess.StartAsync(data, "--feed", file, "--feed", "http://127.0.0.1:1/secret-abc123.ics");
            var api = new Api(service);
            var feeds = await Api.EventuallyAsync(
                "both feeds were read",
                async () => (await api.GetAsync("/api/feeds")) is var answer && answer.Items.All(static f => f.TextOrNull("lastAttemptAt") is not null) ? answer : null);

            Assert.Equal(["ok", "failing"], feeds.Items.Select(static f => f.Text("state")));
            Assert.Equal("School", feeds.Items[0].Text("name"));
            Assert.Equal(["+0 08:00-08:45 Maths", "+1..+3 Trip"], Week.Lines(await api.OccurrencesAsync(Week.Day(0), Week.Day(7), feeds.Items[0].Text("calendarId"))));
            Assert.DoesNotContain("abc123", service.Output, StringComparison.Ordinal);
            Assert.Equal(0, await service.StopAsync());
        }
    }

    [Fact]
    public async Task Importing_into_the_mirror_of_a_feed_is_refused()
    {
        var (data, file) = await PrepareAsync();
        await using (var service = await ServiceProcess.StartAsync(data, "--feed", file))
        {
            var api = new Api(service);
            await Api.EventuallyAsync(
                "the feed was read", async () => (await api.GetAsync("/api/feeds")) is var answer && answer.Items[0].Text("state") == "ok" ? answer : null);
            Assert.Equal(0, await service.StopAsync());
        }

        var import = await RunAsync("import", file, "--calendar", "School", "--data", data);

        Assert.Equal(2, import.ExitCode);
        Assert.Contains("mirrors a feed", import.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feed_file_that_changes_is_read_again_when_asked()
    {
        var (data, file) = await PrepareAsync();
        await using var service = await ServiceProcess.StartAsync(data, "--feed", file);
        var api = new Api(service);
        var feed = (await Api.EventuallyAsync(
            "the feed was read", async () => (await api.GetAsync("/api/feeds")) is var answer && answer.Items[0].Text("state") == "ok" ? answer : null)).Items[0];

        await File.WriteAllTextAsync(file, School.Replace("SUMMARY:Trip", "SUMMARY:Journey", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await api.PostAsync($"/api/feeds/{feed.Text("id")}/refresh")).Expect(HttpStatusCode.Accepted);

        await Api.EventuallyAsync(
            "the change is shown",
            async () => Week.Lines(await api.OccurrencesAsync(Week.Day(0), Week.Day(7), feed.Text("calendarId"))) is var lines && lines.Contains("+1..+3 Journey") ? lines : null);
    }

    [Fact]
    public async Task A_port_in_use_is_said_in_one_line()
    {
        await using var service = await ServiceProcess.StartAsync(_folder.File("one"));

        var second = await RunAsync("serve", "--port", $"{service.Address.Port}", "--data", _folder.File("two"));

        Assert.Equal(2, second.ExitCode);
        Assert.Contains("--port", Assert.Single(second.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calendar_expand_prints_one_object_a_line()
    {
        var (_, file) = await PrepareAsync();

        var (code, output, errors) = await RunAsync("calendar", "expand", file, "--from", Week.Day(0), "--to", Week.Day(8), "--zone", "Europe/Berlin");

        Assert.Equal((0, ""), (code, errors));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.All(lines, static l => Assert.Equal(["uid", "recurrenceId", "start", "end", "allDay", "zone", "summary"], l.EnumerateObject().Select(static p => p.Name)));
        Assert.Equal(["+0 08:00-08:45 Maths", "+1..+3 Trip", "+7 08:00-08:45 Maths"], Week.Lines(lines));
        Assert.Equal(["Europe/Berlin", null, "Europe/Berlin"], lines.Select(static l => l.TextOrNull("zone")));
    }

    [Theory]
    [InlineData("FREQ=DAILY;COUNT=2", "20260105T090000", "Europe/Berlin", "2026-01-05T08:00:00Z", "2026-01-06T08:00:00Z")]
    [InlineData("RRULE:FREQ=DAILY;COUNT=2", "2026-01-05T09:00:00", null, "2026-01-05T09:00:00", "2026-01-06T09:00:00")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", "20260131", null, "2026-01-31", "2026-02-28")]
    [InlineData("FREQ=HOURLY;COUNT=2", "20260105T090000Z", "Asia/Tokyo", "2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z")]
    public async Task Calendar_rrule_prints_the_starts(string rule, string start, string? zone, params string[] expected)
    {
        var (code, output, errors) = await RunAsync([.. (string[])["calendar", "rrule", rule, "--dtstart", start], .. zone is null ? Array.Empty<string>() : ["--zone", zone]]);

        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(expected.Select(static s => $"{{\"start\":\"{s}\"}}"), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Requests_of_standard_input_are_answered_one_by_one_and_a_bad_one_does_not_stop_the_others()
    {
        var (code, output, errors) = await ServiceProcess.RunAsync(
            ["calendar", "rrule", "--stdin"],
            """
            {"id":1,"rule":"FREQ=DAILY;COUNT=1","dtstart":"20260105"}
            {"id":2,"rule":"FREQ=SOMETIMES","dtstart":"20260105"}
            not json
            {"id":4,"rule":"FREQ=DAILY;COUNT=1","dtstart":"20260106"}

            """);

        Assert.Equal(2, code);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(4, lines.Count);
        Assert.Equal(["2026-01-05", "2026-01-06"], lines.Where(static l => l.TryGetProperty("start", out _)).Select(static l => l.Text("start")));
    }

    [Fact]
    public async Task Help_and_version_are_printed()
    {
        var help = await RunAsync("help");
        Assert.Equal((0, ""), (help.ExitCode, help.Errors));
        foreach (var command in (string[])["serve", "import", "export", "agenda", "check", "calendar expand", "calendar rrule", "--feed", "--data", "EDGEDB__PORT"])
            Assert.Contains(command, help.Output, StringComparison.Ordinal);
        Assert.StartsWith("edgedb ", (await RunAsync("version")).Output, StringComparison.Ordinal);
    }

    public static TheoryData<string[], string> BadCalls
    {
        get
        {
            var calls = new TheoryData<string[], string>
            {
                { [], "command" },
                { ["nonsense"], "nonsense" },
                { ["'; DROP TABLE event; --"], "DROP" },
                { ["serve", "--nonsense"], "--nonsense" },
                { ["serve", "extra"], "extra" },
                { ["serve", "--port"], "--port" },
                { ["serve", "--sample=yes"], "--sample" },
                { ["serve", "--port", "1", "--port", "2"], "--port" },
                { ["serve", "--zone", "Mars/Olympus"], "--zone" },
                { ["serve", "--listen", "example.org"], "--listen" },
                { ["serve", "--tls", "sometimes"], "--tls" },
                { ["serve", "--tls", "on", "--port", "8443"], "--tls-port" },
                { ["serve", "--tls-port", "65536"], "--tls-port" },
                { ["serve", "--tls-minimum", "1.1"], "--tls-minimum" },
                { ["serve", "--tls-hsts", "731"], "--tls-hsts" },
                { ["serve", "--tls-certificate", "/nowhere/at-all.pem", "--tls-key", "{file}"], "--tls-certificate" },
                { ["serve", "--tls-certificate", "{html}"], "--tls-key" },
                { ["serve", "--tls-certificate", "{html}", "--tls-key", "{file}"], "holds no certificate" },
                { ["tls"], "show" },
                { ["tls", "show", "--data", "/nowhere/at-all"], "/nowhere/at-all" },
                { ["tls", "show", "--data", "{household}"], "no authority yet" },
                { ["serve", "--on-corruption", "panic"], "--on-corruption" },
                { ["serve", "--postgres", "localhost:5432"], "--postgres" },
                { ["serve", "--postgres", "postgres://a:b@localhost/c?colour=red"], "1 of the settings are not known; those there are: tls, ca" },
                { ["serve", "--postgres", "postgres://a:p@s?t@localhost/c"], "%40" },
                { ["serve", "--postgres", "postgres://localhost"], "Database" },
                { ["serve", "--postgres-replica", "postgres://a:b@localhost/c"], "--postgres" },
                { ["serve", "--redis", "redis://localhost/many"], "database number" },
                { ["serve", "--redis", "redis://localhost?min-idle=0"], "min-idle is 0; give 1 or more" },
                { ["serve", "--qdrant", "ftp://localhost"], "--qdrant" },
                { ["serve", "--qdrant", "http://qdrant.example.org:6333?api-key=secret"], "https" },
                { ["serve", "--tuner", "wild"], "--tuner" },
                { ["serve", "--feed", "ftp://example.org/a.ics"], "--feed" },
                { ["serve", "--feed", "/nowhere/at-all.ics"], "--feed" },
                { ["serve", "--feed", ""], "--feed" },
                { ["serve", "--host", ""], "--host" },
                { ["serve", "--host", "http://board.example.org"], "--host" },
                { ["serve", "--host", "192.168.1.2"], "--host" },
                { ["import"], "file" },
                { ["import", "/nowhere/at-all.ics"], "/nowhere/at-all.ics" },
                { ["import", "a.ics", "b.ics"], "b.ics" },
                { ["import", "{file}", "--calendar", new string('x', 101)], "100" },
                { ["import", "{file}", "--calendar", "a\u001bb"], "control" },
                { ["import", "{html}"], "VCALENDAR" },
                { ["export", "--calendar", "Nobody's"], "--data" },
                { ["export", "--data", "/nowhere/at-all"], "/nowhere/at-all" },
                { ["agenda", "--data", "/nowhere/at-all"], "/nowhere/at-all" },
                { ["check", "--data", "/nowhere/at-all"], "/nowhere/at-all" },
                { ["check", "--deep"], "--deep" },
                { ["agenda", "--data", "{file}"], "--data" },
                { ["calendar"], "usage" },
                { ["calendar", "draw"], "usage" },
                { ["calendar", "expand", "--from", "2026-01-01", "--to", "2026-02-01", "--zone", "UTC"], "file" },
                { ["calendar", "expand", "/nowhere/at-all.ics", "--from", "2026-01-01", "--to", "2026-02-01", "--zone", "UTC"], "/nowhere/at-all.ics" },
                { ["calendar", "expand", "{html}", "--from", "2026-01-01", "--to", "2026-02-01", "--zone", "UTC"], "iCalendar" },
                { ["calendar", "expand", "{file}", "--from", "2026-02-01", "--to", "2026-01-01", "--zone", "UTC"], "from" },
                { ["calendar", "expand", "{file}", "--from", "yesterday", "--to", "2026-01-01", "--zone", "UTC"], "from" },
                { ["calendar", "expand", "{file}", "--from", "2026-01-01", "--to", "2026-02-01", "--zone", "Mars/Olympus"], "zone" },
                { ["calendar", "expand", "{file}", "--from", "2026-01-01", "--zone", "UTC"], "to" },
                { ["calendar", "expand", "{file}", "extra", "--from", "2026-01-01", "--to", "2026-02-01", "--zone", "UTC"], "extra" },
                { ["calendar", "rrule"], "rule" },
                { ["calendar", "rrule", "FREQ=DAILY"], "dtstart" },
                { ["calendar", "rrule", "FREQ=SOMETIMES", "--dtstart", "20260105"], "rule" },
                { ["calendar", "rrule", "FREQ=DAILY;RSCALE=CHINESE", "--dtstart", "20260105"], "RSCALE" },
                { ["calendar", "rrule", "FREQ=DAILY", "--dtstart", "20269999"], "dtstart" },
                { ["calendar", "rrule", "FREQ=DAILY", "--dtstart", "20260105", "--limit", "0"], "limit" },
                { ["calendar", "rrule", "FREQ=DAILY", "--dtstart", "20260105", "--limit", "99999999999"], "limit" },
                { ["calendar", "rrule", "FREQ=DAILY", "--dtstart", "20260105", "--zone", "../../etc/passwd"], "zone" },
                { ["calendar", "rrule", new string('x', 20_000), "--dtstart", "20260105"], "rule" },
            };
            foreach (var (option, values) in ((string, string[])[])
                [
                    ("--port", ["", "x", "-1", "65536", "80.5", "99999999999", "🙂"]), ("--feed-interval", ["4", "1441", "x"]), ("--window-back", ["0", "121"]), ("--window-ahead", ["0", "121", "1e1"]), ("--backup-daily", ["-1", "366"]),
                ])
                foreach (var value in values)
                    calls.Add(["serve", option, value], option);
            foreach (var (option, value) in ((string, string)[])[("--from", "yesterday"), ("--from", "2026-02-30"), ("--to", "1899-01-01"), ("--zone", "Nowhere"), ("--zone", ""), ("--to", "2020-01-01")])
                calls.Add(["agenda", option, value, "--data", "{household}"], option);
            return calls;
        }
    }

    [Theory, MemberData(nameof(BadCalls))]
    public async Task A_bad_call_ends_with_2_and_names_what_is_wrong_a_line_each(string[] arguments, string named)
    {
        var file = _folder.File("good.ics");
        await File.WriteAllTextAsync(file, School, TestContext.Current.CancellationToken);
        var html = _folder.File("page.ics");
        await File.WriteAllTextAsync(html, "<!DOCTYPE html><html></html>", TestContext.Current.CancellationToken);
        var data = _folder.File("data");
        if (arguments.Contains("{household}"))
            await RunAsync("import", file, "--data", data);
        var usesFolder = arguments.Length > 0 && arguments[0] is "serve" or "import" or "export" && !arguments.Contains("--data");
        var call = arguments.Select(a => a switch { "{file}" => file, "{html}" => html, "{household}" => data, _ => a }).Concat(usesFolder ? ["--data", data] : Array.Empty<string>());

        var (code, output, errors) = await RunAsync([.. call]);

        Assert.True(code == 2, $"{code}: {output} {errors}");
        Assert.Equal("", output);
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("edgedb", lines[0], StringComparison.Ordinal);
        Assert.True(lines.Length == 1 || (lines.Length > 2 && lines.Skip(1).All(static line => line.StartsWith("  ", StringComparison.Ordinal))), errors);
        Assert.Contains(named, errors, StringComparison.OrdinalIgnoreCase);
        Assert.True(errors.Length < 1000, errors);
    }

    [Fact]
    public async Task Settings_of_the_environment_are_checked_like_options()
    {
        var wrong = await ServiceProcess.RunAsync(["serve", "--data", _folder.Path], environment: [("EDGEDB__PORT", "many"), ("EDGEDB__PROT", "80")]);

        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("'many'", wrong.Errors, StringComparison.Ordinal);
        Assert.Contains("EDGEDB__PROT", wrong.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_import_leaves_no_calendar_behind()
    {
        var html = _folder.File("page.ics");
        await File.WriteAllTextAsync(html, "<!DOCTYPE html><html></html>", TestContext.Current.CancellationToken);

        Assert.Equal(2, (await RunAsync("import", html, "--data", _folder.Path)).ExitCode);

        await using var service = await ServiceProcess.StartAsync(_folder.Path);
        Assert.Empty(await new Api(service).ListAsync("/api/calendars"));
    }

    private async Task<(string Data, string File)> PrepareAsync()
    {
        var file = _folder.File("school.ics");
        await File.WriteAllTextAsync(file, School, TestContext.Current.CancellationToken);
        return (_folder.File("data"), file);
    }

    [Fact]
    public async Task Every_wrong_setting_of_every_upstream_server_is_told_at_once_and_without_its_secrets()
    {
        var (exit, _, errors) = await RunAsync(
            "serve", "--data", _folder.Path,
            "--postgres", "postgres://edge:geheim1@nosuch.invalid/edge?min-idle=9&max-size=3&acquire-timeout=-5s&tls=sometimes&idle-timeout=soon",
            "--redis", "rediss://:geheim2@127.0.0.1/0?ca=/nowhere/ca.pem&queue=-1",
            "--qdrant", "https://127.0.0.1:6333?api-key=geheim3&ca=/nowhere/ca.pem");

        Assert.Equal(2, exit);
        foreach (var problem in (string[])[
            "--postgres: min-idle is 9 and max-size 3", "--postgres: acquire-timeout is -5000 ms", "--postgres: tls is 'sometimes'", "--postgres: idle-timeout is 'soon'",
            "--postgres: there is no host 'nosuch.invalid'", "--redis: ca is '/nowhere/ca.pem'", "--redis: queue is -1", "--qdrant: ca is '/nowhere/ca.pem'"])
            Assert.Contains(problem, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private static Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => ServiceProcess.RunAsync(arguments);
}
