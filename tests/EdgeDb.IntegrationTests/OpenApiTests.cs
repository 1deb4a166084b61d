using System.Net;
using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed partial class OpenApiTests(OpenApiTests.SecureFixture fixture) : IClassFixture<OpenApiTests.SecureFixture>
{
    private readonly Api _api = fixture.Api;

    /// <summary>A service with an authority, which some operations are about.</summary>
    public sealed class SecureFixture : ServiceFixture
    {
        /// <inheritdoc/>
        protected override string[] Arguments => [.. base.Arguments, "--tls", "on"];
    }

    [Fact]
    public async Task Document_is_read_by_the_OpenAPI_library_without_a_complaint()
    {
        await using var file = File.OpenRead(ApiContract.FilePath);

        var (document, diagnostic) = await OpenApiDocument.LoadAsync(file, "json", new OpenApiReaderSettings(), TestContext.Current.CancellationToken);

        Assert.Empty(diagnostic!.Errors);
        Assert.Empty(diagnostic.Warnings);
        Assert.Equal(ApiContract.Instance.Document.GetProperty("paths").EnumerateObject().Count(), document!.Paths.Count);
    }

    [Fact]
    public async Task Service_answers_with_the_document_of_this_checkout()
    {
        var answer = await _api.GetAsync("/openapi/v1.json");

        Assert.Equal(await File.ReadAllTextAsync(ApiContract.FilePath, TestContext.Current.CancellationToken), answer.Text);
    }

    [Fact]
    public void Document_holds_every_route_the_service_maps_and_no_other()
    {
        var mapped = Directory.EnumerateFiles(Repository.Path("src", "EdgeDb"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(static file => MapCall().Matches(File.ReadAllText(file)))
            .Select(static call => $"{call.Groups[1].Value.Replace("Methods", "Get", StringComparison.Ordinal).Replace("Answers", "Get", StringComparison.Ordinal).ToUpperInvariant()} {call.Groups[2].Value.Replace(":int}", "}", StringComparison.Ordinal)}")
            .Order(StringComparer.Ordinal);
        var documented = ApiContract.Instance.Operations.Select(static o => $"{o.Method} {o.Template}").Order(StringComparer.Ordinal);

        Assert.Equal(mapped, documented);
    }

    [Fact]
    public async Task Every_documented_operation_exists_in_the_running_service()
    {
        var missing = new List<string>();
        foreach (var operation in ApiContract.Instance.Operations.Where(static o => o.Id != "streamChanges"))
        {
            var isNumber = operation.In("path").Any(static p => p.GetProperty("schema").TryGetProperty("type", out var type) && type.ValueEquals("integer"));
            var address = operation.Template.Replace("{id}", isNumber ? "7" : Guid.Empty.ToString(), StringComparison.Ordinal);
            var answer = await _api.SendAsync(new HttpMethod(operation.Method), address, null);
            // A missing thing is said to be missing; an address nobody serves is said to serve nothing.
            if (answer.Status == HttpStatusCode.MethodNotAllowed || answer.Text.Contains("Nothing is served", StringComparison.Ordinal))
                missing.Add(operation.Id);
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_operation_parameter_and_answer_is_described()
    {
        var contract = ApiContract.Instance;
        var bare = new List<string>();
        foreach (var operation in contract.Operations)
        {
            if (!operation.Definition.TryGetProperty("summary", out _) || !operation.Definition.TryGetProperty("tags", out _))
                bare.Add(operation.Id);
            foreach (var parameter in operation.Parameters)
                if (!parameter.TryGetProperty("description", out _) || !parameter.TryGetProperty("schema", out _))
                    bare.Add($"{operation.Id} {parameter.GetProperty("name")}");
            foreach (var response in operation.Definition.GetProperty("responses").EnumerateObject())
                if (!contract.Resolve(response.Value).TryGetProperty("description", out _))
                    bare.Add($"{operation.Id} {response.Name}");
            if (operation.Template.Contains("{id}", StringComparison.Ordinal) != operation.In("path").Any())
                bare.Add($"{operation.Id} id");
        }

        Assert.Empty(bare);
        Assert.Equal(contract.Operations.Count, contract.Operations.Select(static o => o.Id).Distinct().Count());
    }

    [Fact]
    public async Task Every_answer_of_a_walk_over_all_operations_is_as_documented()
    {
        // Api holds each answer to the document; what is left to see here is that the walk reaches every operation.
        var member = await _api.AddMemberAsync("Ada");
        var calendar = await _api.AddCalendarAsync("Walk", member);
        var series = await _api.AddEventAsync(
            new
            {
                calendarId = calendar,
                summary = "Choir",
                description = "Bring the scores",
                location = "Church",
                url = "https://example.org/choir",
                color = "teal",
                status = "tentative",
                start = "2026-01-05T19:00",
                end = "2026-01-05T20:30:00",
                zone = "Europe/Berlin",
                rrule = "FREQ=WEEKLY;COUNT=5",
                reminders = new[] { new { minutesBefore = 30 } },
                members = new[] { member },
                @private = true,
            });
        await _api.AddEventAsync(new { calendarId = calendar, summary = "Fair", start = "2026-01-10", end = "2026-01-12", allDay = true });
        await _api.DeleteAsync($"/api/events/{series}?scope=this&recurrenceId=20260112T180000Z");
        await _api.PutAsync($"/api/events/{series}", new { summary = "Choir", start = "2026-01-05T19:00", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=5" });
        (await _api.GetAsync($"/api/events/{series}?recurrenceId=20260119T180000Z")).Expect(HttpStatusCode.OK);
        var feed = (await _api.PostAsync("/api/feeds", new { address = "http://127.0.0.1:1/private/abc123.ics", name = "Nobody there" })).Expect(HttpStatusCode.Created).Id;

        foreach (var address in (string[])
            [
                "/api/household", "/api/members", "/api/calendars", "/api/feeds", "/api/events", $"/api/events/{series}", $"/api/feeds/{feed}/problems",
                "/api/occurrences?from=2026-01-01&to=2026-02-01", "/api/next", "/api/reminders?from=2026-01-01&to=2026-02-01", $"/calendars/{calendar}.ics", "/health/live", "/health/ready", "/api/pipeline", "/api/audit", "/api/security", "/metrics", "/openapi/v1.json",
            ])
            (await _api.GetAsync(address)).Expect(HttpStatusCode.OK);
        await Api.EventuallyAsync(
            "the feed has failed", async () => (await _api.GetAsync("/api/feeds")) is var feeds && feeds.Items[0].Text("state") == "failing" ? feeds : null);
        await _api.PutAsync("/api/household", new { name = "Walkers", clock = "24h", weekNumbers = true });
        await _api.PutAsync($"/api/members/{member}", new { name = "Ada L." });
        await _api.PutAsync($"/api/calendars/{calendar}", new { color = "#123456" });
        await _api.PutAsync($"/api/feeds/{feed}", new { name = "Still nobody" });
        (await _api.PostAsync($"/api/feeds/{feed}/refresh")).Expect(HttpStatusCode.Accepted);
        await _api.ImportAsync(calendar, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:garbage\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        await _api.DeleteAsync($"/api/events/{series}");
        await _api.PostAsync($"/api/events/{series}/restore");
        var key = Guid.NewGuid();
        await _api.SendAsync(HttpMethod.Delete, $"/api/events/{series}", null, ("Idempotency-Key", $"\"{key}\""));
        (await _api.PostAsync($"/api/edits/{key}/undo")).Expect(HttpStatusCode.OK);
        var list = (await _api.PostAsync("/api/calendars", new { name = "Chores", holds = "tasks" })).Expect(HttpStatusCode.Created).Id;
        var task = (await _api.PostAsync(
            "/api/tasks",
            new
            {
                calendarId = list,
                summary = "Bins",
                description = "The green one",
                due = "2026-01-05T19:00",
                zone = "Europe/Berlin",
                rrule = "FREQ=WEEKLY",
                priority = 1,
                memberId = member,
                @private = true,
                reminders = new[] { new { minutesBefore = 30 } },
            })).Expect(HttpStatusCode.Created).Id;
        await _api.PutAsync($"/api/tasks/{task}", new { summary = "Bins", due = "2026-01-05T20:00", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY" });
        (await _api.PostAsync($"/api/tasks/{task}/done", new { due = "2026-01-05T20:00:00", memberId = member })).Expect(HttpStatusCode.OK);
        foreach (var address in (string[])["/api/tasks", $"/api/tasks?calendar={list}&open=true", $"/api/tasks/{task}", $"/api/tasks/{task}/done", "/api/reminders?from=2026-01-04&to=2026-01-30&lasting=2026-01-04", $"/calendars/{list}.ics"])
            (await _api.GetAsync(address)).Expect(HttpStatusCode.OK);
        (await _api.DeleteAsync($"/api/tasks/{task}/done?due=2026-01-05T20:00")).Expect(HttpStatusCode.OK);
        (await _api.PostAsync($"/api/tasks/{task}/move", new { })).Expect(HttpStatusCode.OK);
        (await _api.DeleteAsync($"/api/tasks/{task}")).Expect(HttpStatusCode.NoContent);
        (await _api.PostAsync($"/api/tasks/{task}/restore")).Expect(HttpStatusCode.OK);
        (await _api.DeleteAsync($"/api/tasks?calendar={list}&done=true")).Expect(HttpStatusCode.OK);
        await _api.DeleteAsync($"/api/calendars/{list}?events=delete");
        var notice = (await _api.PostAsync("/api/notices", new { text = "Grandma comes", color = "#123456" })).Expect(HttpStatusCode.Created).Id;
        (await _api.GetAsync("/api/notices")).Expect(HttpStatusCode.OK);
        (await _api.PutAsync($"/api/notices/{notice}", new { text = "Grandma comes at four" })).Expect(HttpStatusCode.OK);
        (await _api.DeleteAsync($"/api/notices/{notice}")).Expect(HttpStatusCode.NoContent);
        (await _api.PostAsync($"/api/notices/{notice}/restore")).Expect(HttpStatusCode.OK);
        await _api.DeleteAsync($"/api/feeds/{feed}");
        await _api.DeleteAsync($"/api/calendars/{calendar}?events=delete");
        await _api.DeleteAsync($"/api/members/{member}");
        await _api.DeleteAsync("/api/sample");
        await using (var server = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar())))
            (await _api.PostAsync("/api/feeds/preview", new { address = server.Address })).Expect(HttpStatusCode.OK);
        (await _api.PostAsync("/api/sample")).Expect(HttpStatusCode.NoContent);
        (await _api.PostAsync("/api/sample")).Expect(HttpStatusCode.Conflict);

        foreach (var address in (string[])["", "/sqlite", "/sqlite/queries", "/tuner", "/tuner/history"])
            (await _api.GetAsync("/api/connections" + address)).Expect(HttpStatusCode.OK);
        await _api.PutAsync("/api/connections/tunables/sqlite.maxSize", new { value = 3 });
        await _api.PostAsync("/api/connections/tunables/sqlite.maxSize/override", new { value = 2, minutes = 5 });
        await _api.DeleteAsync("/api/connections/tunables/sqlite.maxSize/override");
        await _api.PutAsync("/api/connections/tuner", new { mode = "off" });
        await _api.PostAsync("/api/connections/tuner/freeze", new { minutes = 5 });
        await _api.DeleteAsync("/api/connections/tuner/freeze");
        (await _api.GetAsync("/api/config")).Expect(HttpStatusCode.OK);
        (await _api.PostAsync("/api/work/copy")).Expect(HttpStatusCode.Accepted);
        (await _api.PostAsync("/api/keys/rotate")).Expect(HttpStatusCode.Accepted);
        foreach (var address in (string[])["/api/work", "/api/backups", "/api/machine", "/api/tls"])
            (await _api.GetAsync(address)).Expect(HttpStatusCode.OK);
        await _api.PutAsync("/api/config/cache.entries", new { value = "500" });
        await _api.DeleteAsync("/api/config/cache.entries");

        foreach (var file in (string[])["", "/style.css", "/authority.crt", "/authority.pem", "/authority.mobileconfig"])
            (await _api.GetAsync("/trust" + file)).Expect(HttpStatusCode.OK);
        (await _api.PostAsync("/api/tls/renew")).Expect(HttpStatusCode.OK);

        // The stream does not end, a healthy service has no incident and no warning, a quiet one no proposal, and no circuit protects a local file.
        Assert.Equal(
            ["approveProposal", "rejectProposal", "isolateConnection", "resetConnection", "acknowledgeWarning", "streamChanges", "acknowledgeIncident"],
            ApiContract.Instance.Operations.Where(static o => o.Definition.GetProperty("tags")[0].GetString() != "accounts").Select(static o => o.Id).Except(_api.Seen));
    }

    [Fact]
    public async Task Every_answer_of_a_walk_over_the_operations_of_accounts_is_as_documented()
    {
        // A household of its own: once it has an owner, it has to be somebody who asks.
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.Path);
        using var wall = new HttpClient { BaseAddress = service.Address };
        var (api, device) = (new Api(service), new Api(service, wall));
        const string Password = "correct horse battery";
        await api.PostAsync("/api/setup", new { name = "Ana", password = Password });
        await api.GetAsync("/api/session");
        var ana = (await api.ListAsync("/api/accounts")).Single().Text("id");
        var ben = (await api.PostAsync("/api/accounts", new { name = "Ben", role = "adult", password = Password, hours = "07:00-22:00" })).Id;
        await api.PutAsync($"/api/accounts/{ben}", new { hours = "" });
        await api.PutAsync($"/api/accounts/{ben}/password", new { password = "another password" });
        await api.PutAsync($"/api/accounts/{ben}/pin", new { pin = "2580" });
        await api.DeleteAsync($"/api/accounts/{ben}/pin");
        await api.DeleteAsync($"/api/accounts/{ben}/oidc");
        await api.PostAsync($"/api/accounts/{ben}/unlock");
        var secret = (await api.PostAsync($"/api/accounts/{ana}/totp", new { current = Password })).Json.Text("secret");
        await api.PutAsync($"/api/accounts/{ana}/totp", new { code = AccountTests.Code(secret) });
        await api.PostAsync($"/api/accounts/{ana}/recovery-codes", new { current = Password });
        await api.PostAsync($"/api/accounts/{ana}/totp/remove", new { current = Password });
        var pairing = (await device.PostAsync("/api/pairings")).Json;
        await api.GetAsync($"/api/pairings/{pairing.Text("code")}");
        await api.PostAsync($"/api/pairings/{pairing.Text("code")}/approve", new { name = "Kitchen" });
        await device.PostAsync($"/api/pairings/{pairing.Text("code")}/session", new { secret = pairing.Text("secret") });
        await api.DeleteAsync($"/api/devices/{(await api.ListAsync("/api/devices")).Single().Text("id")}");
        var token = (await api.PostAsync("/api/tokens", new { name = "display", scopes = new[] { "events:read" }, expiresInDays = 5 })).Id;
        await api.GetAsync("/api/tokens");
        await api.DeleteAsync($"/api/tokens/{token}");
        await api.PostAsync("/api/tokens/access", new { });
        await api.GetAsync("/api/sessions");
        (await api.GetAsync($"/api/persons/{ben}/export")).Expect(HttpStatusCode.OK);
        await api.DeleteAsync($"/api/sessions?account={ben}");
        var guest = (await api.PostAsync("/api/accounts", new { name = "Gus", role = "guest", password = Password })).Id;
        (await api.GetAsync($"/api/persons/{guest}/erasure")).Expect(HttpStatusCode.OK);
        await api.PostAsync($"/api/persons/{guest}/erasure", new { confirm = "Gus" });
        await api.DeleteAsync($"/api/accounts/{ben}");
        await api.DeleteAsync("/api/session");
        await api.PostAsync("/api/session", new { name = "Ana", password = Password });
        await api.DeleteAsync($"/api/sessions/{(await api.ListAsync("/api/sessions")).Single().Text("id")}");

        // A provider is needed for these; OpenIdTests has one.
        Assert.Equal(
            ["beginProviderSignIn", "finishProviderSignIn", "beginProviderLink", "setProviderLink"],
            ApiContract.Instance.Operations.Where(static o => o.Definition.GetProperty("tags")[0].GetString() == "accounts").Select(static o => o.Id)
                .Except(api.Seen.Concat(device.Seen)));
    }

    // MapAnswers and MapMethods are how reads are mapped: GET, and HEAD with it, which the document does not repeat.
    [GeneratedRegex("""\bMap(Answers|Methods|Get|Post|Put|Delete|Patch)\(\s*"([^"]+)"(?=,)""")]
    private static partial Regex MapCall();
}
