using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Everything about a person: who gets it, and that it is everything.</summary>
public sealed class PersonExportTests(Family family) : IClassFixture<Family>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_exports_themselves_gets_all_that_is_theirs_and_nothing_of_others()
    {
        var files = await ExportAsync(family.Ben, family.Ids["Ben"]);

        var person = JsonDocument.Parse(files["person.json"]).RootElement;
        Assert.Equal(("Ben", "adult", JsonValueKind.Null), (person.Text("name"), person.GetProperty("account").Text("role"), person.GetProperty("leftOut").ValueKind));
        Assert.Equal(
            [$"Adults {Family.OfAdults}", $"Bens {Family.OfBen}", $"BensList {Family.OfBen}", $"Family {Family.OfHouse}", $"GiftList {Family.OfAdults}"],
            person.GetProperty("calendars").EnumerateArray().Select(static c => c.Text("name")).Order(StringComparer.Ordinal));
        foreach (var calendar in person.GetProperty("calendars").EnumerateArray())
            Assert.StartsWith("BEGIN:VCALENDAR", files[calendar.Text("file")], StringComparison.Ordinal);
        Assert.Contains("Doctor", files.Single(static f => f.Key.Contains("-Bens-", StringComparison.Ordinal)).Value, StringComparison.Ordinal);
        Assert.Contains("Deleted", files["deleted-events.ics"], StringComparison.Ordinal);
        Assert.NotEmpty(person.GetProperty("sessions").EnumerateArray());
        Assert.Contains(person.GetProperty("audit").EnumerateArray(), static e => e.Text("kind") == "sign-in");
        foreach (var (name, text) in files)
            Assert.True(!text.Contains(Family.OfMia, StringComparison.Ordinal), $"{name} holds something of Mia's");
        foreach (var secret in new[] { "argon2", "hash", "series", "totp", family.Ben.Value!.Split('=')[1] })
            Assert.DoesNotContain(secret, files["person.json"], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_owner_gets_somebody_elses_without_what_is_private_to_them()
    {
        var files = await ExportAsync(family.Ada, family.Ids["Ben"]);

        var person = JsonDocument.Parse(files["person.json"]).RootElement;
        Assert.Equal("Ben", person.Text("name"));
        Assert.Contains("Private calendars", person.Text("leftOut"), StringComparison.Ordinal);
        // Another test deletes an event that names Ben, where the owner sees it.
        Assert.DoesNotContain("Deleted", files.GetValueOrDefault("deleted-events.ics", ""), StringComparison.Ordinal);
        foreach (var (name, text) in files)
            Assert.True(!(name + text).Contains(Family.OfBen, StringComparison.Ordinal), $"{name} leaks what is private to Ben");
        // The events of Mia that are private by themselves, in a calendar that the owner sees.
        foreach (var (name, text) in await ExportAsync(family.Ada, family.Ids["Mia"]))
            Assert.True(!text.Contains(Family.OfMia, StringComparison.Ordinal), $"{name} leaks what is private to Mia");
    }

    [Fact]
    public async Task Events_of_others_that_name_the_person_are_theirs_too_but_for_those_that_they_do_not_see()
    {
        await AddAsync(family.Mia, "Kite", "Mias", "Ben", "Mia");
        var deleted = await AddAsync(family.Mia, "Sledge", "Mias", "Ben");
        Assert.Equal(204, (await family.Mia.SendAsync("DELETE", $"/api/events/{deleted}")).Status);
        await AddAsync(family.Ada, "Surprise", "Adults", "Mia");

        var bens = await ExportAsync(family.Ben, family.Ids["Ben"]);
        Assert.Contains("SUMMARY:Kite", bens["events-that-name-me.ics"], StringComparison.Ordinal);
        Assert.Contains($"ATTENDEE;CN=Ben:urn:uuid:{family.Ids["Ben"]}", bens["events-that-name-me.ics"].Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("SUMMARY:Sledge", bens["deleted-events.ics"], StringComparison.Ordinal);
        foreach (var (name, text) in await ExportAsync(family.Mia, family.Ids["Mia"]))
            Assert.True(!text.Contains("Surprise", StringComparison.Ordinal), $"{name} tells a child what adults plan for her");
        Assert.All(bens.Values, static text => Assert.DoesNotContain("X-EDGEDB", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deleted_tasks_that_were_theirs_are_in_it_also_of_lists_that_are_gone()
    {
        var own = await TaskAsync($"Knots {Family.OfBen}", family.Ids["BensList"]);
        Assert.Equal(200, (await family.Ben.SendAsync("POST", $"/api/tasks/{own}/done", new { memberId = family.Ids["Ben"] })).Status);
        var gone = (await family.Ben.SendAsync("POST", "/api/calendars", new { name = "Boat", access = "private", holds = "tasks", members = new[] { family.Ids["Ben"] } })).Id;
        await TaskAsync($"Ropes {Family.OfBen}", gone);
        Assert.Equal(204, (await family.Ben.SendAsync("DELETE", $"/api/calendars/{gone}?events=delete")).Status);
        foreach (var id in new[] { own, await TaskAsync("Soap", family.Ids["Shopping"], "Ben"), await TaskAsync("Soup", family.Ids["Shopping"], "Mia") })
            Assert.Equal(204, (await family.Ben.SendAsync("DELETE", $"/api/tasks/{id}")).Status);

        var (bens, adas) = (await ExportAsync(family.Ben, family.Ids["Ben"]), (await ExportAsync(family.Ada, family.Ids["Ben"]))["deleted-tasks.ics"]);

        foreach (var (title, isOwnersToo) in new[] { ("Thrown", true), ("Soap", true), ("Knots", false), ("Ropes", false) })
        {
            Assert.Contains($"SUMMARY:{title}", bens["deleted-tasks.ics"], StringComparison.Ordinal);
            Assert.Equal(isOwnersToo, adas.Contains($"SUMMARY:{title}", StringComparison.Ordinal));
        }

        Assert.DoesNotContain("Soup", bens["deleted-tasks.ics"], StringComparison.Ordinal);
        Assert.Contains(JsonDocument.Parse(bens["person.json"]).RootElement.GetProperty("tasksDone").EnumerateArray(), done => done.Text("task") == own);
        Assert.Contains("SUMMARY:Soup", (await ExportAsync(family.Mia, family.Ids["Mia"]))["deleted-tasks.ics"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_edit_has_replaced_is_in_it_until_the_edit_is_undone()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.File("data"));
        var api = new Api(service);
        using var owner = new Visitor(service, "owner");
        var (ana, ben) = (await api.AddMemberAsync("Ana"), await api.AddMemberAsync("Ben"));
        var @event = await api.AddEventAsync(new { calendarId = await api.AddCalendarAsync("Anas", ana), summary = "Swim", start = "2026-03-02", allDay = true });
        var edit = Guid.NewGuid();
        (await api.SendAsync(HttpMethod.Put, $"/api/events/{@event}", JsonContent.Create(new { summary = "Run", start = "2026-03-02", allDay = true }), ("Idempotency-Key", $"\"{edit}\""))).Expect(System.Net.HttpStatusCode.OK);

        Assert.Contains("SUMMARY:Swim", (await ExportAsync(owner, ana))["replaced-events.ics"], StringComparison.Ordinal);
        Assert.DoesNotContain("replaced-events.ics", (await ExportAsync(owner, ben)).Keys);

        (await api.PostAsync($"/api/edits/{edit}/undo")).Expect(System.Net.HttpStatusCode.OK);
        Assert.DoesNotContain("replaced-events.ics", (await ExportAsync(owner, ana)).Keys);
    }

    private async Task<string> TaskAsync(string summary, string list, string? member = null)
    {
        var added = await family.Ben.SendAsync("POST", "/api/tasks", new { calendarId = list, summary, memberId = member is null ? null : family.Ids[member] });
        Assert.True(added.Status == 201, added.Text);
        return added.Id;
    }

    private async Task<string> AddAsync(Visitor visitor, string summary, string calendar, params string[] members)
    {
        var added = await visitor.SendAsync("POST", "/api/events", new { calendarId = family.Ids[calendar], summary, start = "2026-05-01", allDay = true, members = members.Select(name => family.Ids[name]) });
        Assert.True(added.Status == 201, added.Text);
        return added.Id;
    }

    [Fact]
    public async Task Nobody_else_gets_it_and_whether_there_is_somebody_is_not_told()
    {
        foreach (var visitor in new[] { family.Ben, family.Mia, family.Gus })
        {
            var others = await visitor.SendAsync("GET", $"/api/persons/{family.Ids["Ada"]}/export");
            var missing = await visitor.SendAsync("GET", "/api/persons/01a20075-0000-7000-8000-000000000000/export");
            Assert.Equal((403, 403), (others.Status, missing.Status));
            Assert.Equal(missing.Text.Replace("01a20075-0000-7000-8000-000000000000", family.Ids["Ada"], StringComparison.Ordinal), others.Text);
        }

        Assert.Equal(404, (await family.Ada.SendAsync("GET", "/api/persons/01a20075-0000-7000-8000-000000000000/export")).Status);
        Assert.Contains("person.json", (await ExportAsync(family.Mia, family.Ids["Mia"])).Keys);
        Assert.Contains("person.json", (await ExportAsync(family.Gus, family.Ids["account Gus"])).Keys);
    }

    [Fact]
    public async Task An_export_is_told_in_the_audit_log_and_to_whom_it_is_about()
    {
        await ExportAsync(family.Ada, family.Ids["Mia"]);

        // Mia's own exports are there too.
        await Api.EventuallyAsync(
            "the export is in the audit log",
            async () => (await family.Ada.SendAsync("GET", "/api/audit?kind=export&limit=500")).Json.GetProperty("items").EnumerateArray()
                .Where(e => e.GetProperty("what").GetString()?.Contains(family.Ids["Mia"], StringComparison.Ordinal) == true).Select(static e => e.Text("who")).FirstOrDefault(static who => who.Contains("Ada", StringComparison.Ordinal)));
        var mias = JsonDocument.Parse((await ExportAsync(family.Mia, family.Ids["Mia"]))["person.json"]).RootElement.GetProperty("audit").EnumerateArray().Where(static e => e.Text("kind") == "export").ToList();
        Assert.NotEmpty(mias);
        // Who it was is Ada's, not Mia's.
        Assert.All(mias, static e => Assert.DoesNotContain("Ada", e.GetRawText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_console_exports_all_with_and_without_a_service()
    {
        using var folder = new TemporaryFolder();
        string[] data = ["--data", folder.File("data")];
        await using (var service = await ServiceProcess.StartAsync(folder.File("data")))
        {
            var api = new Api(service);
            var member = await api.AddMemberAsync("Ana");
            var calendar = (await api.PostAsync("/api/calendars", new { name = "Diary", access = "private", members = new[] { member } })).Id;
            await api.AddEventAsync(new { calendarId = calendar, summary = "Secret meeting", start = "2026-03-02", end = "2026-03-03", allDay = true });
            var (running, output, errors) = await ServiceProcess.RunAsync(["persons", "export", "ana", "--out", folder.File("a.zip"), .. data]);
            Assert.True(running == 0, output + errors);
        }

        var (stopped, _, said) = await ServiceProcess.RunAsync(["persons", "export", "Ana", "--out", folder.File("b.zip"), .. data]);
        Assert.True(stopped == 0, said);
        foreach (var file in new[] { "a.zip", "b.zip" })
        {
            Assert.Contains("Secret meeting", Read(await File.ReadAllBytesAsync(folder.File(file), Ct))["calendars/01-Diary.ics"], StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File(file)));
        }

        Assert.Equal(2, (await ServiceProcess.RunAsync(["persons", "export", "Ana", "--out", folder.File("a.zip"), .. data])).ExitCode);
        Assert.Equal(2, (await ServiceProcess.RunAsync(["persons", "export", "Nobody", "--out", folder.File("c.zip"), .. data])).ExitCode);
        var (_, log, _) = await ServiceProcess.RunAsync(["audit", "show", "--kind", "export", .. data]);
        Assert.Equal(2, log.Split('\n').Count(static line => line.Contains("console", StringComparison.Ordinal)));
    }

    private static async Task<Dictionary<string, string>> ExportAsync(Visitor visitor, string id)
    {
        var (status, bytes) = await visitor.DownloadAsync($"/api/persons/{id}/export");
        Assert.Equal(200, status);
        return Read(bytes);
    }

    private static Dictionary<string, string> Read(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return archive.Entries.ToDictionary(
            static entry => entry.FullName,
            static entry =>
            {
                using var text = new StreamReader(entry.Open());
                return text.ReadToEnd();
            });
    }
}
