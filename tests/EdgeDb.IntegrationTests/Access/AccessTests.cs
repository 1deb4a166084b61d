using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Every endpoint × everybody × every state of what they come with; and what each of them is told, down to counts and tags.</summary>
public sealed class AccessTests(Family family) : IClassFixture<Family>
{
    // Who may call what, as a person would write it down: o(wner), a(dult), c(hild), g(uest), k(iosk), s(ervice with every scope there is for one); * everybody, also who has not signed in.
    private static readonly Dictionary<string, string> Table = new()
    {
        ["GET /api/household"] = "oacgks",
        ["PUT /api/household"] = "oa",
        ["POST /api/sample"] = "oa",
        ["DELETE /api/sample"] = "oa",
        ["GET /api/members"] = "oacks",
        ["POST /api/members"] = "oa",
        ["PUT /api/members/{id}"] = "oac",
        ["DELETE /api/members/{id}"] = "o",
        ["GET /api/calendars"] = "oacks",
        ["POST /api/calendars"] = "oas",
        ["PUT /api/calendars/{id}"] = "oas",
        ["DELETE /api/calendars/{id}"] = "oa",
        ["POST /api/calendars/{id}/import"] = "oacs",
        ["GET /calendars/{id}.ics"] = "oacks",
        ["GET /api/feeds"] = "oas",
        ["POST /api/feeds"] = "oa",
        ["POST /api/feeds/preview"] = "oa",
        ["PUT /api/feeds/{id}"] = "oas",
        ["DELETE /api/feeds/{id}"] = "oa",
        ["POST /api/feeds/{id}/refresh"] = "oas",
        ["GET /api/feeds/{id}/problems"] = "oas",
        ["GET /api/occurrences"] = "oacgks",
        ["GET /api/next"] = "oacgks",
        ["GET /api/reminders"] = "oacks",
        ["GET /api/events"] = "oacgks",
        ["POST /api/events"] = "oacs",
        ["GET /api/events/{id}"] = "oacgks",
        ["PUT /api/events/{id}"] = "oacs",
        ["DELETE /api/events/{id}"] = "oacs",
        ["POST /api/events/{id}/restore"] = "oacs",
        ["POST /api/edits/{id}/undo"] = "oacs",
        ["GET /api/notices"] = "oacks",
        ["POST /api/notices"] = "oacs",
        ["PUT /api/notices/{id}"] = "oacs",
        ["DELETE /api/notices/{id}"] = "oacs",
        ["POST /api/notices/{id}/restore"] = "oacs",
        ["GET /api/tasks"] = "oacks",
        ["POST /api/tasks"] = "oacks",
        ["DELETE /api/tasks"] = "oacs",
        ["GET /api/tasks/{id}"] = "oacks",
        ["PUT /api/tasks/{id}"] = "oacks",
        ["DELETE /api/tasks/{id}"] = "oacs",
        ["POST /api/tasks/{id}/restore"] = "oacks",
        ["POST /api/tasks/{id}/move"] = "oacks",
        ["GET /api/tasks/{id}/done"] = "oacks",
        ["POST /api/tasks/{id}/done"] = "oacks",
        ["DELETE /api/tasks/{id}/done"] = "oacks",
        ["GET /api/changes"] = "oacgks",
        ["GET /api/session"] = "*",
        ["POST /api/session"] = "*",
        ["DELETE /api/session"] = "*",
        ["GET /api/session/oidc"] = "*",
        ["GET /api/session/oidc/return"] = "*",
        ["POST /api/setup"] = "*",
        ["GET /api/sessions"] = "oacgks",
        ["DELETE /api/sessions"] = "oacgk",
        ["DELETE /api/sessions/{id}"] = "oacgk",
        ["GET /api/accounts"] = "oacg",
        ["POST /api/accounts"] = "o",
        ["PUT /api/accounts/{id}"] = "oac",
        ["DELETE /api/accounts/{id}"] = "o",
        ["POST /api/accounts/{id}/unlock"] = "oac",
        ["PUT /api/accounts/{id}/password"] = "oac",
        ["PUT /api/accounts/{id}/pin"] = "oac",
        ["DELETE /api/accounts/{id}/pin"] = "oac",
        ["POST /api/accounts/{id}/oidc"] = "oac",
        ["PUT /api/accounts/{id}/oidc"] = "oac",
        ["DELETE /api/accounts/{id}/oidc"] = "oac",
        ["POST /api/accounts/{id}/totp"] = "oac",
        ["PUT /api/accounts/{id}/totp"] = "oac",
        ["POST /api/accounts/{id}/totp/remove"] = "oac",
        ["POST /api/accounts/{id}/recovery-codes"] = "oac",
        ["POST /api/pairings"] = "*",
        ["GET /api/pairings/{id}"] = "oa",
        ["POST /api/pairings/{id}/approve"] = "oa",
        ["POST /api/pairings/{id}/session"] = "*",
        ["GET /api/devices"] = "oa",
        ["DELETE /api/devices/{id}"] = "oa",
        ["GET /api/tokens"] = "oa",
        ["POST /api/tokens"] = "oa",
        ["DELETE /api/tokens/{id}"] = "oa",
        ["POST /api/tokens/access"] = "oacgks",
        ["GET /api/persons/{id}/export"] = "oacg",
        ["GET /api/persons/{id}/erasure"] = "o",
        ["POST /api/persons/{id}/erasure"] = "o",
        ["GET /api/config"] = "oas",
        ["PUT /api/config/{id}"] = "o",
        ["DELETE /api/config/{id}"] = "o",
        ["GET /api/connections"] = "oas",
        ["GET /api/pipeline"] = "oas",
        ["GET /api/connections/tuner"] = "oas",
        ["PUT /api/connections/tuner"] = "o",
        ["GET /api/connections/tuner/history"] = "oas",
        ["POST /api/connections/tuner/freeze"] = "o",
        ["DELETE /api/connections/tuner/freeze"] = "o",
        ["POST /api/connections/tuner/proposals/{id}/approve"] = "o",
        ["POST /api/connections/tuner/proposals/{id}/reject"] = "o",
        ["PUT /api/connections/tunables/{id}"] = "o",
        ["POST /api/connections/tunables/{id}/override"] = "o",
        ["DELETE /api/connections/tunables/{id}/override"] = "o",
        ["GET /api/connections/{id}"] = "oas",
        ["GET /api/connections/{id}/queries"] = "oas",
        ["POST /api/connections/{id}/isolate"] = "o",
        ["POST /api/connections/{id}/reset"] = "o",
        ["GET /api/backups"] = "os",
        ["GET /api/machine"] = "oas",
        ["GET /api/work"] = "oas",
        ["POST /api/work/copy"] = "os",
        ["POST /api/keys/rotate"] = "o",
        ["GET /api/audit"] = "os",
        ["GET /api/security"] = "os",
        ["DELETE /api/security/{id}"] = "o",
        ["GET /metrics"] = "oas",
        ["DELETE /api/incidents/{id}"] = "oa",
        ["GET /api/tls"] = "oas",
        ["POST /api/tls/renew"] = "o",
        ["GET /trust"] = "*",
        ["GET /trust/style.css"] = "*",
        ["GET /trust/authority.crt"] = "*",
        ["GET /trust/authority.pem"] = "*",
        ["GET /trust/authority.mobileconfig"] = "*",
        ["GET /health/live"] = "*",
        ["GET /health/ready"] = "*",
        ["GET /openapi/v1.json"] = "*",
    };

    public static TheoryData<string> Closed => [.. Table.Where(static line => line.Value != "*").Select(static line => line.Key)];

    [Fact]
    public async Task The_table_has_every_endpoint_there_is()
    {
        var document = (await family.Nobody.SendAsync("GET", "/openapi/v1.json")).Json;
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(
            static path => path.Value.EnumerateObject().Where(static o => o.Name is "get" or "put" or "post" or "delete").Select(o => $"{o.Name.ToUpperInvariant()} {path.Name}"));

        Assert.Equal(operations.Order(StringComparer.Ordinal), Table.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task Who_may_call_it_is_let_in_and_nobody_else(string operation)
    {
        var (method, address) = Call(operation);
        foreach (var (letter, visitor) in "oacgks".Zip(family.Everybody))
        {
            var allowed = Table[operation].Contains(letter, StringComparison.Ordinal);
            // A stream lasts, and an owner's freeze of the tuner would meet the next one: neither is needed to know that they were let in.
            if (allowed && (operation is "GET /api/changes" || (method != "GET" && !address.Contains(Missing, StringComparison.Ordinal) && letter != 'o')))
                continue;
            var answer = await visitor.SendAsync(method, address, method is "PUT" or "POST" ? new { } : null);
            var wasLetIn = answer.Status is not 401 && !(answer.Status is 403 && answer.Text.Contains("problem:forbidden", StringComparison.Ordinal) && IsGuards(answer.Text));
            Assert.True(wasLetIn == allowed, $"{visitor.Name}: {operation} answered {answer.Status} {answer.Text}");
        }
    }

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task Who_comes_with_nothing_or_with_what_is_worth_nothing_is_told_to_sign_in(string operation)
    {
        var (method, address) = Call(operation);
        // Of somebody whose sessions nobody needs: a cookie with a part that is right ends its session.
        using var victim = await Visitor.SignInAsync(family.Service, "Tam", Family.Password);
        var cookie = victim.Value!;
        var token = family.Thermostat.Value!["Bearer ".Length..];
        var issued = await family.Ben.SendAsync("POST", "/api/tokens/access", new { });
        Assert.True(issued.Status == 200, issued.Text);
        var access = issued.Json.Text("token");
        foreach (var visitor in new[]
        {
            new Visitor(family.Service, "nobody"),
            new Visitor(family.Service, "shortened cookie", "Cookie", cookie[..^4]),
            new Visitor(family.Service, "empty cookie", "Cookie", cookie[..(cookie.IndexOf('=', StringComparison.Ordinal) + 1)]),
            Visitor.Bearer(family.Service, "tampered token", Tampered(token)),
            Visitor.Bearer(family.Service, "tampered access token", Tampered(access)),
            Visitor.Bearer(family.Service, "access token without signature", access[..(access.LastIndexOf('.') + 1)]),
            Visitor.Bearer(family.Service, "cookie as a token", cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..]),
            new Visitor(family.Service, "tampered cookie", "Cookie", Tampered(cookie)),
            // Who sends a token means it, whatever cookie comes along.
            new Visitor(family.Service, "basic", "Authorization", "Basic QWRhOnBhc3N3b3Jk"),
        })
        {
            using (visitor)
            {
                var answer = await visitor.SendAsync(method, address, method is "PUT" or "POST" ? new { } : null);
                Assert.True(answer.Status == 401, $"{visitor.Name}: {operation} answered {answer.Status} {answer.Text}");
                AssertNothingOf(answer, [Family.OfAdults, Family.OfBen, Family.OfMia, Family.OfHouse, "Ada", "Ben"], visitor.Name + " " + operation);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task A_token_without_the_scope_is_refused(string operation)
    {
        if (operation == "GET /api/household")
            return;
        var (method, address) = Call(operation);

        var answer = await family.Narrow.SendAsync(method, address, method is "PUT" or "POST" ? new { } : null);

        Assert.True(answer.Status == 403, $"{operation} answered {answer.Status} {answer.Text}");
    }

    [Fact]
    public async Task Reminders_take_the_right_to_read_all_that_they_are_of()
    {
        foreach (var (scopes, missing) in new[] { ("household:read events:read", "tasks:read"), ("household:read tasks:read", "events:read"), ("events:read tasks:read", "") })
        {
            using var program = await family.TokenAsync(scopes, scopes);
            var answer = await program.SendAsync("GET", "/api/reminders?from=2026-03-01&to=2026-03-08");
            Assert.Equal(missing.Length > 0 ? 403 : 200, answer.Status);
            Assert.Contains(missing.Length > 0 ? $"'{missing}'" : Family.OfHouse, answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal(403, (await family.Gus.SendAsync("GET", "/api/reminders?from=2026-03-01&to=2026-03-08")).Status);
    }

    [Fact]
    public async Task Nobody_is_told_what_they_may_not_see_wherever_they_look()
    {
        foreach (var (visitor, hidden) in new (Visitor, string[])[]
        {
            (family.Ada, [Family.OfBen, Family.OfMia]),
            (family.Ben, [Family.OfMia]),
            (family.Mia, [Family.OfAdults, Family.OfBen]),
            (family.Gus, [Family.OfAdults, Family.OfBen, Family.OfMia, Family.OfHouse]),
            (family.Wall, [Family.OfAdults, Family.OfBen, Family.OfMia]),
            (family.Thermostat, [Family.OfAdults, Family.OfBen, Family.OfMia]),
            (family.Nobody, [Family.OfAdults, Family.OfBen, Family.OfMia, Family.OfHouse]),
        })
            foreach (var address in Addresses())
                AssertNothingOf(await visitor.SendAsync("GET", address), hidden, $"{visitor.Name} GET {address}");
    }

    [Fact]
    public async Task What_is_hidden_cannot_be_told_from_what_is_not_there()
    {
        foreach (var (visitor, hidden) in new[] { (family.Ada, "Doctor"), (family.Mia, "Gifts"), (family.Wall, "Diary"), (family.Ada, "Crib"), (family.Gus, "Swim"), (family.Mia, "Deleted") })
            foreach (var (method, form) in new[] { ("GET", "/api/events/{0}"), ("DELETE", "/api/events/{0}"), ("PUT", "/api/events/{0}"), ("POST", "/api/events/{0}/restore") })
            {
                var there = await visitor.SendAsync(method, string.Format(null, form, family.Ids[hidden]), method == "PUT" ? new { summary = "x" } : null);
                var missing = await visitor.SendAsync(method, string.Format(null, form, Missing), method == "PUT" ? new { summary = "x" } : null);
                Assert.Equal(missing.Status, there.Status);
                Assert.Equal(missing.Text, there.Text.Replace(family.Ids[hidden], Missing, StringComparison.Ordinal));
            }

        foreach (var (visitor, hidden) in new[] { (family.Ada, "Laces"), (family.Mia, "Bicycle"), (family.Wall, "Letter"), (family.Mia, "Thrown") })
            foreach (var (method, form) in new[]
            {
                ("GET", "/api/tasks/{0}"), ("GET", "/api/tasks/{0}/done"), ("DELETE", "/api/tasks/{0}"), ("PUT", "/api/tasks/{0}"), ("POST", "/api/tasks/{0}/restore"),
                ("POST", "/api/tasks/{0}/move"), ("POST", "/api/tasks/{0}/done"), ("DELETE", "/api/tasks/{0}/done"),
            })
            {
                if (visitor == family.Wall && method == "DELETE" && !form.EndsWith("done", StringComparison.Ordinal))
                    continue;
                var body = method == "PUT" ? new { summary = "x" } : form.EndsWith("restore", StringComparison.Ordinal) ? null : method == "POST" ? new { } : (object?)null;
                var there = await visitor.SendAsync(method, string.Format(null, form, family.Ids[hidden]), body);
                var missing = await visitor.SendAsync(method, string.Format(null, form, Missing), body);
                Assert.Equal((404, 404), (missing.Status, there.Status));
                Assert.Equal(missing.Text, there.Text.Replace(family.Ids[hidden], Missing, StringComparison.Ordinal));
            }
    }

    [Fact]
    public async Task Whom_an_event_names_sees_and_may_no_more_than_before_and_a_filter_does_not_tell_it()
    {
        // Adults see no more of Ben's calendar than that he is busy, a child nothing of the adults'.
        var (hidden, busy) = (await AddAsync(family.Ada, "Adults", "Mia"), await AddAsync(family.Ben, "Bens", "Ada"));
        var others = await AddAsync(family.Ada, "Family", "Ada");
        Assert.Equal((404, 404), ((await family.Mia.SendAsync("GET", $"/api/events/{hidden}")).Status, (await family.Ada.SendAsync("GET", $"/api/events/{busy}")).Status));
        Assert.Empty(await ShownAsync(family.Mia, "Ben"));
        Assert.Empty(await ShownAsync(family.Ada, "Mia", "Bens"));
        Assert.All((await ShownAsync(family.Ada, "Ben")).Where(static o => o.GetProperty("busy").GetBoolean()), static o => Assert.Empty(o.Texts("members")));
        Assert.DoesNotContain(await ShownAsync(family.Ada, "Ada"), static o => o.GetProperty("busy").GetBoolean());

        // Being a member of a calendar is what makes its events a child's own, whomever they name.
        Assert.Equal(200, (await family.Mia.SendAsync("PUT", $"/api/events/{others}", new { summary = "Named", start = "2026-06-01", allDay = true, members = new[] { family.Ids["Ben"] } })).Status);

        async Task<string> AddAsync(Visitor visitor, string calendar, string member)
        {
            var added = await visitor.SendAsync("POST", "/api/events", new { calendarId = family.Ids[calendar], summary = "Named", start = "2026-06-01", allDay = true, members = new[] { family.Ids[member] } });
            Assert.True(added.Status == 201, added.Text);
            return added.Id;
        }

        async Task<List<System.Text.Json.JsonElement>> ShownAsync(Visitor visitor, string member, string? calendar = null) =>
            [.. (await visitor.SendAsync("GET", $"/api/occurrences?from=2026-06-01&to=2026-06-02&member={family.Ids[member]}{(calendar is null ? "" : "&calendar=" + family.Ids[calendar])}")).Json.GetProperty("items").EnumerateArray()];
    }

    [Fact]
    public async Task A_change_that_is_hidden_changes_no_tag_and_tells_no_stream()
    {
        var addresses = Addresses().Where(static a => !a.StartsWith("/health", StringComparison.Ordinal) && !a.StartsWith("/metrics", StringComparison.Ordinal)).ToArray();
        var before = new Dictionary<string, string?>();
        foreach (var address in addresses)
            before.Add(address, (await family.Mia.SendAsync("GET", address)).ETag);
        using var stream = await family.Mia.ListenAsync();

        foreach (var (title, mark) in new[] { ("Doctor", Family.OfBen), ("Gifts", Family.OfAdults) })
        {
            var changed = await family.Ben.SendAsync("PUT", $"/api/events/{family.Ids[title]}", new { summary = $"{title} {mark}", start = "2026-03-02T15:00:00", end = "2026-03-02T15:30:00", location = $"elsewhere {mark}" });
            Assert.True(changed.Status == 200, changed.Text);
        }

        foreach (var (title, mark) in new[] { ("Laces", Family.OfBen), ("Bicycle", Family.OfAdults) })
        {
            var changed = await family.Ben.SendAsync("PUT", $"/api/tasks/{family.Ids[title]}", new { summary = $"{title} {mark}", due = "2026-03-02", allDay = true });
            Assert.True(changed.Status == 200, changed.Text);
        }

        foreach (var address in addresses)
            Assert.Equal(before[address], (await family.Mia.SendAsync("GET", address)).ETag);

        // The first that she is told of is what she may see.
        Assert.Equal(200, (await family.Ben.SendAsync("PUT", $"/api/members/{family.Ids["Ben"]}", new { color = "#123456" })).Status);
        var told = new List<string>();
        while (await stream.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } line)
            told.Add(line);
        Assert.Contains(told, static line => line.EndsWith("\"topics\":[\"members\"]}", StringComparison.Ordinal));
        Assert.Contains("id: 1", told);
    }

    [Fact]
    public async Task Who_is_put_out_is_out_at_once_also_of_what_lasts()
    {
        using var phone = await Visitor.SignInAsync(family.Service, "Ben", Family.Password);
        using var stream = await phone.ListenAsync();
        var session = (await phone.SendAsync("GET", "/api/sessions")).Json.GetProperty("items").EnumerateArray().Single(static s => s.Flag("current")).Text("id");
        var access = Visitor.Bearer(family.Service, "access", (await phone.SendAsync("POST", "/api/tokens/access", new { })).Json.Text("token"));
        Assert.Equal(200, (await access.SendAsync("GET", "/api/members")).Status);

        Assert.Equal(204, (await family.Ada.SendAsync("DELETE", $"/api/sessions/{session}")).Status);

        Assert.Equal(401, (await phone.SendAsync("GET", "/api/members")).Status);
        Assert.Equal(401, (await access.SendAsync("GET", "/api/members")).Status);
        while (await stream.ReadLineAsync(TestContext.Current.CancellationToken) is not null)
        {
        }

        Assert.Equal(200, (await family.Ben.SendAsync("GET", "/api/members")).Status);
    }

    [Fact]
    public async Task How_it_is_everybody_may_know_and_what_it_is_made_of_those_who_run_it()
    {
        foreach (var (visitor, isTold) in new[] { (family.Ada, true), (family.Ben, true), (family.Thermostat, true), (family.Mia, false), (family.Gus, false), (family.Wall, false), (family.Nobody, false) })
        {
            var ready = (await visitor.SendAsync("GET", "/health/ready")).Json;

            Assert.Equal("ready", ready.Text("status"));
            Assert.Equal(isTold, ready.TryGetProperty("database", out _));
            Assert.Equal(isTold, ready.TryGetProperty("feeds", out _));
            Assert.Equal(isTold, ready.TryGetProperty("upstreams", out _));
        }
    }

    [Fact]
    public async Task What_another_household_signed_is_worth_nothing_here()
    {
        using var folder = new TemporaryFolder();
        await using var other = await ServiceProcess.StartAsync(folder.File("data"));
        using var stranger = new Visitor(other, "stranger");
        var claimed = await stranger.SendAsync("POST", "/api/setup", new { name = "Ada", password = Family.Password });
        using var owner = new Visitor(other, "owner", "Cookie", claimed.Cookie);
        var access = (await owner.SendAsync("POST", "/api/tokens/access", new { })).Json.Text("token");
        Assert.Equal(200, (await Visitor.Bearer(other, "access", access).SendAsync("GET", "/api/config")).Status);

        Assert.Equal(401, (await Visitor.Bearer(family.Service, "access", access).SendAsync("GET", "/api/household")).Status);
        using var cookie = new Visitor(family.Service, "cookie", "Cookie", claimed.Cookie);
        Assert.Equal(401, (await cookie.SendAsync("GET", "/api/household")).Status);
    }

    private const string Missing = "01a20075-0000-7000-8000-000000000000";

    private static (string Method, string Address) Call(string operation)
    {
        var (method, address) = (operation.Split(' ')[0], operation.Split(' ')[1]);
        address = address switch
        {
            "/api/occurrences" => "/api/occurrences?from=2026-03-01&to=2026-03-08",
            "/api/reminders" => "/api/reminders?from=2026-03-01&to=2026-03-08",
            "/api/incidents/{id}" => "/api/incidents/999",
            "/api/security/{id}" => "/api/security/999",
            _ => address.Replace("{id}", Missing, StringComparison.Ordinal),
        };
        return (method, address);
    }

    /// <summary>Everything that can be read, about everything that there is.</summary>
    private IEnumerable<string> Addresses()
    {
        foreach (var operation in Table.Keys.Where(static o => o.StartsWith("GET ", StringComparison.Ordinal) && o != "GET /api/changes" && o != "GET /api/sessions"))
        {
            var address = operation[4..];
            if (!address.Contains("{id}", StringComparison.Ordinal))
                yield return Call(operation).Address;
            else
                foreach (var id in family.Ids.Values)
                    yield return address.Replace("{id}", id, StringComparison.Ordinal);
        }

        foreach (var text in new[] { Family.OfAdults, Family.OfBen, Family.OfMia, Family.OfHouse, "zq", "e" })
            yield return $"/api/events?q={text}";
        foreach (var id in family.Ids.Values)
        {
            yield return $"/api/events?calendar={id}";
            yield return $"/api/tasks?calendar={id}";
            yield return $"/api/occurrences?from=2026-03-01&to=2026-03-30&calendar={id}";
            yield return $"/api/occurrences?from=2026-03-01&to=2026-03-30&member={id}";
        }

        // Also where series are expanded for the answer, and page by page.
        yield return "/api/occurrences?from=2010-03-01&to=2010-03-30";
        yield return "/api/reminders?from=2026-02-28&to=2026-03-30";
        yield return "/api/occurrences?from=2026-03-01&to=2026-03-30&limit=1";
        yield return "/api/events?limit=1";
        yield return "/api/tasks?limit=1";
    }

    /// <summary>True for the answer of the guard: who was let in can still meet "that is somebody else's".</summary>
    private static bool IsGuards(string text) =>
        text.Contains("Somebody with more rights", StringComparison.Ordinal) || text.Contains("has not the scope", StringComparison.Ordinal);

    private static void AssertNothingOf(Visitor.Reply answer, string[] hidden, string where)
    {
        foreach (var word in hidden)
            // What somebody searched for may be said back to them.
            Assert.False(
                answer.Text.Replace($"q={word}", "", StringComparison.Ordinal).Contains(word, StringComparison.OrdinalIgnoreCase)
                    || answer.Headers.Contains(word, StringComparison.OrdinalIgnoreCase),
                $"{where} tells of '{word}': {answer.Status} {answer.Text}");
    }

    // Not the last character: some of its bits mean nothing.
    private static string Tampered(string text) => text[..^5] + (text[^5] == 'A' ? 'B' : 'A') + text[^4..];
}
