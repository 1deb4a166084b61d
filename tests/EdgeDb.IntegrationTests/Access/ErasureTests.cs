using System.Net.Http.Json;
using EdgeDb.Tests;
using Microsoft.Data.Sqlite;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>An erased person is nowhere: a search for their texts through every byte that the service keeps.</summary>
public sealed class ErasureTests
{
    private const string Password = "correct horse battery";
    private const string Owner = "Obsidianada";
    private const string Name = "Zanzibarquark";
    private const string Login = "quokkalogin";
    private const string Mail = "vexwaltz@jumbled.example";

    private static readonly string[] Own = ["hexagondiary", "fjordmelody", "glyphplace", "wolframnotes", "nymphdeleted", "sphinxtoken", "blowzybrowser", "jackdawfeed"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_erased_person_is_found_in_no_byte_of_file_log_backup_key_or_Redis()
    {
        await using var servers = await Upstreams.StartAsync();
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        var needles = new Needles([Name, Login, Mail, .. Own]);
        string output;
        await using (var service = await ServiceProcess.StartAsync(data, "--redis", $"redis://:{Uri.EscapeDataString(servers.RedisPassword)}@{servers.Host}:{servers.RedisPort}?min-idle=1", "--log-level", "trace"))
        {
            var (ada, person, self) = await FillAsync(service);
            await CopyAsync(ada, data, 2);
            IReadOnlyList<string> keys = [];
            await Api.EventuallyAsync(
                "their answers are in Redis",
                async () =>
                {
                    // What was made before Redis was reached is not there.
                    Expect(200, await self.SendAsync("PUT", $"/api/members/{person}", new { color = "#123456" }));
                    Expect(200, await self.SendAsync("GET", "/api/members"));
                    Expect(200, await self.SendAsync("GET", "/api/occurrences?from=2026-03-01&to=2026-04-01"));
                    keys = await Needles.KeysInRedisAsync(servers);
                    return (await needles.InRedisAsync(servers)).Any(static f => f.Contains(Name, StringComparison.Ordinal)) ? "" : null;
                });
            // It can fail: all of this is there before.
            var before = needles.InFolder(data);
            foreach (var text in new[] { Name, Login, Mail }.Concat(Own.Where(static o => o != Own[7])))
                Assert.True(before.Any(found => found.Contains(text, StringComparison.Ordinal)), $"'{text}' is not there before it is erased");

            var preview = (await ada.SendAsync("GET", $"/api/persons/{person}/erasure")).Json;
            Assert.Equal(2, Count(preview, "goes", "backups"));
            Assert.Equal(1, Count(preview, "goes", "lines"));
            Assert.Equal(2, Count(preview, "goes", "calendars"));
            Assert.Equal(1, Count(preview, "stays", "sharedCalendars"));
            var erased = await ada.SendAsync("POST", $"/api/persons/{person}/erasure", new { confirm = Name, addresses = new[] { Mail } });
            Assert.True(erased.Status == 200, erased.Text + service.Output);

            Assert.Empty(needles.InFolder(data));
            Assert.Empty(await needles.InRedisAsync(servers));
            // Longer answers are compressed there.
            Assert.Empty(keys.Intersect(await Needles.KeysInRedisAsync(servers)));
            Assert.Equal(404, (await ada.SendAsync("GET", $"/api/persons/{person}/erasure")).Status);
            Assert.Contains("Shared swim", (await ada.SendAsync("GET", "/api/events?q=swim")).Text, StringComparison.Ordinal);
            // What it is told afterwards does not bring them back.
            Assert.Equal(200, (await ada.SendAsync("GET", "/api/members")).Status);
            Assert.Equal(0, await service.StopAsync());
            output = service.Output;
        }

        Assert.Empty(needles.InFolder(data));
        // Of a day of the family's, at the most talkative level.
        Assert.Empty(needles.In(System.Text.Encoding.UTF8.GetBytes(output)));
        foreach (var backup in Directory.GetFiles(Path.Combine(data, "backups"), "*.backup"))
        {
            var (code, said, errors) = await ServiceProcess.RunAsync(["backup", "restore", backup, "--to", folder.File("restored" + Path.GetFileName(backup)), "--data", data]);
            Assert.True(code == 0, said + errors);
        }

        Assert.Empty(needles.InFolder(folder.Path));
        foreach (var command in new[] { "check", "audit verify" })
        {
            var (code, said, errors) = await ServiceProcess.RunAsync([.. command.Split(' '), "--data", data]);
            Assert.True(code == 0, said + errors);
        }
    }

    [Fact]
    public async Task A_kill_at_any_place_is_made_up_for_by_the_next_start()
    {
        var needles = new Needles([Name, Login, Mail, .. Own]);
        foreach (var wait in new[] { 0, 5, 20, 60 })
        {
            using var folder = new TemporaryFolder();
            var data = folder.File("data");
            string person, cookie;
            await using (var service = await ServiceProcess.StartAsync(data))
            {
                (var ada, person, var self) = await FillAsync(service);
                using var owned = ada;
                using var theirs = self;
                cookie = ada.Value!;
                await CopyAsync(ada, data, 1);
                var asked = ada.SendAsync("POST", $"/api/persons/{person}/erasure", new { confirm = Name, addresses = new[] { Mail } });
                await Task.WhenAny(asked, Task.Delay(TimeSpan.FromMilliseconds(wait), TimeProvider.System, Ct));
                await service.KillAsync();
                await Task.WhenAny(asked);
            }

            await using var again = await ServiceProcess.StartAsync(data);
            using var owner = new Visitor(again, "owner", "Cookie", cookie);
            // Decided or not: not a bit of it was done where it was not.
            if ((await owner.SendAsync("GET", $"/api/persons/{person}/erasure")).Status == 200)
            {
                // 404: what had been decided came to its end in between.
                Assert.Contains((await owner.SendAsync("POST", $"/api/persons/{person}/erasure", new { confirm = Name, addresses = new[] { Mail } })).Status, (int[])[200, 202, 404]);
            }

            // The first process may have got to the end of it; then the second has nothing to tell.
            await Api.EventuallyAsync("the erasure is finished", () => Task.FromResult(IsFinished(data) ? "" : null));
            Assert.Empty(needles.InFolder(data));
            Assert.Equal(0, await again.StopAsync());
            Assert.Empty(needles.InFolder(data));
            Assert.Equal(0, (await ServiceProcess.RunAsync(["audit", "verify", "--data", data])).ExitCode);
        }
    }

    private static bool IsFinished(string data)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "edgedb.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(finished_at) > 0 AND count(*) = count(finished_at) FROM erasure";
        return (long)command.ExecuteScalar()! == 1;
    }

    [Fact]
    public async Task A_backup_of_before_does_not_bring_them_back_wherever_it_was_kept()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        await using (var service = await ServiceProcess.StartAsync(data))
        {
            var api = new Api(service);
            var member = await api.AddMemberAsync(Name);
            var calendar = (await api.PostAsync("/api/calendars", new { name = Own[0], access = "private", members = new[] { member } })).Id;
            await api.AddEventAsync(new { calendarId = calendar, summary = Own[1], start = "2026-03-02", end = "2026-03-03", allDay = true });
            await api.PostAsync("/api/work/copy");
            await BackupsAsync(data, 1);
            Assert.Equal(0, await service.StopAsync());
        }

        var kept = folder.File("kept.backup");
        File.Copy(Directory.GetFiles(Path.Combine(data, "backups"), "*.backup").Single(), kept);
        var (code, said, errors) = await ServiceProcess.RunAsync(["persons", "erase", Name, "--data", data], input: "no\n");
        Assert.True(code == 1, said + errors);
        (code, said, errors) = await ServiceProcess.RunAsync(["persons", "erase", Name, "--data", data], input: Name + "\n");
        Assert.True(code == 0, said + errors);

        (code, said, errors) = await ServiceProcess.RunAsync(["backup", "restore", kept, "--to", folder.File("restored"), "--data", data]);

        Assert.True(code == 0, said + errors);
        Assert.Contains("persons whose keys were destroyed", said, StringComparison.Ordinal);
        Assert.Empty(new Needles([Name, .. Own]).InFolder(folder.Path));
        // What only a running service has, its next start removes: nothing is left to do afterwards.
        await using var next = await ServiceProcess.StartAsync(data);
        await Api.EventuallyAsync("it is finished", () => Task.FromResult(next.Output.Contains("Erased person", StringComparison.Ordinal) ? "" : null));
    }

    [Fact]
    public async Task The_last_owner_stays_and_a_slip_of_the_hand_erases_nobody()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.File("data"));
        var (ada, person, _) = await FillAsync(service);
        var self = (await ada.SendAsync("GET", "/api/accounts")).Json.GetProperty("items").EnumerateArray().Single(static a => a.Text("name") == Owner).Text("member");

        var refused = (await ada.SendAsync("GET", $"/api/persons/{self}/erasure")).Json.GetProperty("refused");
        Assert.Equal("last-owner", refused.Text("reason"));
        Assert.Contains("last owner", refused.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(409, (await ada.SendAsync("POST", $"/api/persons/{self}/erasure", new { confirm = Owner })).Status);
        foreach (var body in new object[] { new { }, new { confirm = Owner }, new { confirm = Name, backups = "burn" }, new { confirm = Name, addresses = new[] { "nothing" } } })
            Assert.Equal(400, (await ada.SendAsync("POST", $"/api/persons/{person}/erasure", body)).Status);
        Assert.Equal(404, (await ada.SendAsync("POST", "/api/persons/01a20075-0000-7000-8000-000000000000/erasure", new { confirm = Owner })).Status);
        Assert.Equal(200, (await ada.SendAsync("GET", $"/api/persons/{person}/erasure")).Status);

        // With another owner there, one may go, also by their own hand: and is out at once.
        var added = await ada.SendAsync("POST", "/api/accounts", new { name = "Ben", role = "owner", password = Password });
        Assert.Equal(201, added.Status);
        Assert.Equal(200, (await ada.SendAsync("POST", $"/api/persons/{self}/erasure", new { confirm = Owner })).Status);
        Assert.Equal(401, (await ada.SendAsync("GET", "/api/members")).Status);
        Assert.Equal(0, await service.StopAsync());
        Assert.Empty(new Needles(Owner).InFolder(folder.File("data")));
    }

    [Fact]
    public async Task Tasks_and_notices_of_the_person_are_counted_before_and_told_to_open_pages_when_they_go()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.File("data"));
        using var nobody = new Visitor(service, "nobody");
        var (ada, person) = ((await nobody.SendAsync("POST", "/api/members", new { name = Owner })).Id, (await nobody.SendAsync("POST", "/api/members", new { name = Name })).Id);
        using var owner = new Visitor(service, "owner", "Cookie", (await nobody.SendAsync("POST", "/api/setup", new { name = Owner, password = Password, member = ada })).Cookie);
        Expect(201, await owner.SendAsync("POST", "/api/accounts", new { name = Login, role = "adult", password = Password, member = person }));
        using var self = await Visitor.SignInAsync(service, Login, Password);
        Expect(201, await self.SendAsync("POST", "/api/notices", new { text = Own[3] }));
        var list = Expect(201, await self.SendAsync("POST", "/api/calendars", new { name = Own[0], holds = "tasks", members = new[] { person } })).Id;
        Expect(201, await self.SendAsync("POST", "/api/tasks", new { calendarId = list, summary = Own[1] }));
        // A calendar of theirs that is still there would be told of for itself.
        Expect(204, await self.SendAsync("DELETE", $"/api/calendars/{list}?events=delete"));

        var shared = Expect(201, await owner.SendAsync("POST", "/api/calendars", new { name = "Family", holds = "tasks" })).Id;
        var import = new StringContent(
            $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:asked\r\nSUMMARY:Cake\r\nATTENDEE;CN={Name}:mailto:{Mail}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n", System.Text.Encoding.UTF8, "text/calendar");
        using var imported = await SendAsync(owner, $"/api/calendars/{shared}/import", import, service);
        Assert.True(imported.IsSuccessStatusCode);

        var preview = (await owner.SendAsync("GET", $"/api/persons/{person}/erasure")).Json;
        Assert.Equal(1, Count(preview, "goes", "lines"));
        Assert.Equal(1, Count(preview, "goes", "tasks"));
        Assert.Equal(1, Count(preview, "goes", "notices"));
        using var stream = await ChangeReader.OpenAsync(service.Address, owner.Value);
        Expect(200, await owner.SendAsync("POST", $"/api/persons/{person}/erasure", new { confirm = Name }));

        var told = new HashSet<string>();
        while (!told.IsSupersetOf(["tasks", "notices"]))
            told.UnionWith((await stream.NextAsync()).Texts("topics"));
        Assert.Empty((await owner.SendAsync("GET", "/api/notices")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Events_of_others_no_longer_name_the_person_and_neither_do_their_deleted_and_former_texts()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        string person;
        await using (var service = await ServiceProcess.StartAsync(data))
        {
            var api = new Api(service);
            var ada = await api.AddMemberAsync(Owner);
            person = await api.AddMemberAsync(Name);
            var calendar = await api.AddCalendarAsync("Hers", ada);
            var (alone, both, deleted) = (await AddAsync(person), await AddAsync(ada, person), await AddAsync(person));
            await api.DeleteAsync($"/api/events/{deleted}");
            // What an edit has replaced is kept to undo it.
            await api.SendAsync(HttpMethod.Put, $"/api/events/{both}", JsonContent.Create(new { summary = "Walk", start = "2026-03-02", allDay = true, members = new[] { ada, person } }), ("Idempotency-Key", $"\"{Guid.NewGuid()}\""));
            Assert.Contains(person, Texts(data), StringComparison.Ordinal);
            Assert.Equal(2, Count((await api.GetAsync($"/api/persons/{person}/erasure")).Json, "goes", "namedEvents"));
            var before = await api.GetAsync($"/api/events/{alone}");

            (await api.PostAsync($"/api/persons/{person}/erasure", new { confirm = Name })).Expect(System.Net.HttpStatusCode.OK);

            Assert.DoesNotContain(person, Texts(data), StringComparison.Ordinal);
            var after = await api.GetAsync($"/api/events/{alone}", before.ETag);
            Assert.Equal((System.Net.HttpStatusCode.OK, System.Text.Json.JsonValueKind.Null), (after.Status, after.Json.GetProperty("members").ValueKind));
            Assert.Equal([ada], (await api.GetAsync($"/api/events/{both}")).Json.Texts("members"));
            Assert.Equal(System.Net.HttpStatusCode.OK, (await api.PostAsync($"/api/events/{deleted}/restore")).Status);
            Assert.Equal(0, await service.StopAsync());

            Task<string> AddAsync(params string[] members) => api.AddEventAsync(new { calendarId = calendar, summary = "Walk", start = "2026-03-02", allDay = true, members });
        }

        Assert.Empty(new Needles(Name).InFolder(folder.Path));
    }

    /// <summary>All texts of events, and whom they name.</summary>
    private static string Texts(string data)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "edgedb.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat(text, char(10)) FROM (SELECT ics AS text FROM event_source UNION ALL SELECT ics FROM event_trash UNION ALL SELECT ics FROM event_edit UNION ALL SELECT member_id FROM event_member)";
        return (string)command.ExecuteScalar()!;
    }

    /// <summary>A household of an owner, called Ada below, who owns it, and the person, who has left traces wherever one can.</summary>
    private static async Task<(Visitor Ada, string Person, Visitor Self)> FillAsync(ServiceProcess service)
    {
        using var nobody = new Visitor(service, "nobody");
        var (ada, person) = ((await nobody.SendAsync("POST", "/api/members", new { name = Owner })).Id, (await nobody.SendAsync("POST", "/api/members", new { name = Name })).Id);
        var claimed = await nobody.SendAsync("POST", "/api/setup", new { name = Owner, password = Password, member = ada });
        Assert.True(claimed.Status == 201, claimed.Text);
        var owner = new Visitor(service, "owner", "Cookie", claimed.Cookie);
        Expect(201, await owner.SendAsync("POST", "/api/accounts", new { name = Login, role = "adult", password = Password, member = person }));

        using var http = new HttpClient { BaseAddress = service.Address };
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Own[6]);
        using var signedIn = await http.PostAsJsonAsync("/api/session", new { name = Login, password = Password }, Ct);
        var self = new Visitor(service, "person", "Cookie", signedIn.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        var account = (await self.SendAsync("GET", "/api/accounts")).Json.GetProperty("items").EnumerateArray().Single(static a => a.Text("name") == Login).Text("id");
        Expect(204, await self.SendAsync("PUT", $"/api/accounts/{account}/pin", new { pin = "2580", current = Password }));
        Expect(201, await self.SendAsync("POST", "/api/tokens", new { name = Own[5], scopes = new[] { "events:read" } }));
        var diary = Expect(201, await self.SendAsync("POST", "/api/calendars", new { name = Own[0], access = "private", members = new[] { person } })).Id;
        var shared = Expect(201, await owner.SendAsync("POST", "/api/calendars", new { name = "Family", members = new[] { ada, person } })).Id;
        for (var day = 1; day <= 20; day++)
            Expect(201, await self.SendAsync("POST", "/api/events", Event(diary, $"{Own[1]} {day}", day)));
        var deleted = Expect(201, await self.SendAsync("POST", "/api/events", Event(diary, Own[4], 21))).Id;
        Expect(204, await self.SendAsync("DELETE", $"/api/events/{deleted}"));
        Expect(201, await owner.SendAsync("POST", "/api/events", new { calendarId = shared, summary = "Shared breakfast", start = "2026-03-03", end = "2026-03-04", allDay = true }));
        var import = new StringContent(
            $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:invited\r\nDTSTART:20260305T090000Z\r\nDTEND:20260305T100000Z\r\nSUMMARY:Shared swim\r\nORGANIZER;CN={Name}:mailto:{Mail}\r\n"
            + $"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{Mail}\r\nATTENDEE;CN={Owner}:mailto:ada@house.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            System.Text.Encoding.UTF8, "text/calendar");
        using var imported = await SendAsync(owner, $"/api/calendars/{shared}/import", import, service);
        Assert.True(imported.IsSuccessStatusCode);
        Expect(201, await self.SendAsync("POST", "/api/feeds", new { address = $"http://127.0.0.1:1/{Own[7]}.ics", name = Own[7], members = new[] { person }, access = "private" }));

        // Answers that are kept, searches that are learnt from, entries in the audit log, exports.
        for (var i = 0; i < 3; i++)
            foreach (var address in new[] { "/api/occurrences?from=2026-03-01&to=2026-04-01", $"/api/events?q={Own[1]}", $"/api/events?q={Own[4]}", "/api/members", "/api/calendars", "/api/next" })
            {
                Expect(200, await self.SendAsync("GET", address));
                Expect(200, await owner.SendAsync("GET", address));
            }

        Assert.Equal(403, (await self.SendAsync("POST", "/api/accounts", new { name = "x", role = "guest" })).Status);
        Assert.Equal(200, (await self.DownloadAsync($"/api/persons/{person}/export")).Status);
        Assert.Equal(200, (await owner.DownloadAsync($"/api/persons/{person}/export")).Status);
        return (owner, person, self);
    }

    private static object Event(string calendar, string summary, int day) => new
    {
        calendarId = calendar,
        summary,
        location = Own[2],
        description = Own[3],
        start = $"2026-03-{day:00}T10:00",
        end = $"2026-03-{day:00}T11:00",
        zone = "Europe/Berlin",
    };

    private static async Task<HttpResponseMessage> SendAsync(Visitor visitor, string address, HttpContent content, ServiceProcess service)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = service.Address };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Cookie", visitor.Value);
        return await http.PostAsync(new Uri(address, UriKind.Relative), content, Ct);
    }

    private static async Task CopyAsync(Visitor owner, string data, int copies)
    {
        for (var i = 1; i <= copies; i++)
        {
            Expect(202, await owner.SendAsync("POST", "/api/work/copy"));
            await BackupsAsync(data, i);
        }
    }

    private static Task<string> BackupsAsync(string data, int count) => Api.EventuallyAsync(
        "there is a backup",
        // The folder is made with the first.
        () => Task.FromResult(Directory.Exists(Path.Combine(data, "backups")) && Directory.GetFiles(Path.Combine(data, "backups"), "*.backup").Length >= count ? "" : null));

    private static long Count(System.Text.Json.JsonElement preview, string list, string what) =>
        preview.GetProperty(list).EnumerateArray().Where(line => line.Text("what") == what).Select(static line => line.GetProperty("count").GetInt64()).SingleOrDefault();

    private static Visitor.Reply Expect(int status, Visitor.Reply reply)
    {
        Assert.True(reply.Status == status, $"{reply.Status}: {reply.Text}");
        return reply;
    }
}
