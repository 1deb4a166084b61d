using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>
/// Every endpoint with every parameter, header and body field gone wrong. The table is made from openapi.json, so a new
/// parameter is tested from the day it is documented. Refusals name the field, and nothing is changed by any of them.
/// </summary>
public sealed class BadInputTests(BadInputTests.Fixture fixture) : IClassFixture<BadInputTests.Fixture>
{
    /// <summary>A household whose every list is compared before and after.</summary>
    public sealed class Fixture : ServiceFixture
    {
        internal string Member { get; private set; } = "";

        internal string Calendar { get; private set; } = "";

        internal string Feed { get; private set; } = "";

        internal string Event { get; private set; } = "";

        internal string Deleted { get; private set; } = "";

        internal string Edit { get; } = Guid.NewGuid().ToString();

        internal string List { get; private set; } = "";

        internal string Task { get; private set; } = "";

        internal string Thrown { get; private set; } = "";

        internal string Notice { get; private set; } = "";

        internal string TakenDown { get; private set; } = "";

        internal async Task PrepareAsync()
        {
            if (Event.Length > 0)
                return;
            // What it proposes of its own accord would be found as a change.
            await Api.PutAsync("/api/connections/tuner", new { mode = "off" });
            Member = await Api.AddMemberAsync("Ada");
            Calendar = await Api.AddCalendarAsync("Calendar", Member);
            Feed = (await Api.PostAsync("/api/feeds", new { address = "http://127.0.0.1:1/feed" })).Expect(HttpStatusCode.Created).Id;
            await Api.EventuallyAsync(
                "the feed has failed", async () => (await Api.GetAsync("/api/feeds")) is var feeds && feeds.Items[0].Text("state") == "failing" ? feeds : null);
            Event = await Api.AddEventAsync(
                new { calendarId = Calendar, summary = "Series", start = "2026-01-05T09:00:00", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=10" });
            Deleted = await Api.AddEventAsync(new { calendarId = Calendar, summary = "Deleted", start = "2026-01-05T09:00:00" });
            await Api.SendAsync(HttpMethod.Delete, $"/api/events/{Deleted}", null, ("Idempotency-Key", $"\"{Edit}\""));
            List = (await Api.PostAsync("/api/calendars", new { name = "List", holds = "tasks" })).Expect(HttpStatusCode.Created).Id;
            Task = (await Api.PostAsync("/api/tasks", new { calendarId = List, summary = "Bins", due = "2026-01-05", allDay = true, rrule = "FREQ=WEEKLY" })).Expect(HttpStatusCode.Created).Id;
            Thrown = (await Api.PostAsync("/api/tasks", new { calendarId = List, summary = "Thrown away" })).Expect(HttpStatusCode.Created).Id;
            await Api.DeleteAsync($"/api/tasks/{Thrown}");
            Notice = (await Api.PostAsync("/api/notices", new { text = "Grandma comes" })).Expect(HttpStatusCode.Created).Id;
            TakenDown = (await Api.PostAsync("/api/notices", new { text = "Was taken down" })).Expect(HttpStatusCode.Created).Id;
            await Api.DeleteAsync($"/api/notices/{TakenDown}");
        }
    }

    private static readonly string[] Hostile =
    [
        "", " ", "'; DROP TABLE event; --", "<script>alert(1)</script>", "../../etc/passwd", "%s%s%n", "${jndi:ldap://x}", "🙂", "\u202Etxt.exe", "null", "NaN", "-1", "1e9",
        "99999999999999999999", "0x10", "1.5", "true", "[]", "{}", "2026-13-45", "2026-02-30", "0000-00-00", "9999-12-31T23:59:59Z", "20260105", "Mars/Olympus", "*", new('x', 3000),
    ];

    private readonly Api _api = fixture.Api;

    // Where a provider sends browsers, with parameters of its own, a person is to see a page and no problem document; OpenIdTests has what comes wrong there.
    public static TheoryData<string> Operations =>
        [.. ApiContract.Instance.Operations.Where(static o => o.Id is not ("streamChanges" or "getLive" or "getReady" or "finishProviderSignIn")).Select(static o => o.Id)];

    public static TheoryData<string> OperationsWithBody =>
        [.. ApiContract.Instance.Operations.Where(static o => ApiContract.BodySchema(o) is not null).Select(static o => o.Id)];

    [Theory, MemberData(nameof(Operations))]
    public async Task Bad_parameters_are_refused_by_name_and_change_nothing(string id)
    {
        await fixture.PrepareAsync();
        var operation = ApiContract.Instance.Operation(id);
        var before = await EverythingAsync();
        var accepted = new List<string>();

        foreach (var parameter in operation.In("query"))
        {
            var name = parameter.Text("name");
            foreach (var value in Hostile.Append("\0").Append("a\nb"))
                if (!IsGood(operation, name, value))
                    await ExpectRefusalAsync(name, $"{name}={Uri.EscapeDataString(value)}");
            if (name != "q") // What is not UTF-8 is looked for as it stands.
                await ExpectRefusalAsync(name, $"{name}=%ff%fe%c0%80");
            if (parameter.GetProperty("schema") is var schema && !(schema.TryGetProperty("type", out var type) && type.ValueEquals("array")))
                await ExpectRefusalAsync(name, $"{name}={Good(name)}&{name}={Good(name)}");
            else
                await ExpectRefusalAsync(name, string.Join('&', Enumerable.Repeat($"{name}={Guid.NewGuid()}", 101)));
        }
        await ExpectRefusalAsync("surprise", "surprise=1");
        await ExpectRefusalAsync("Limit2", "Limit2=%3Cscript%3E");
        if (operation.Id is "changeEvent" or "removeEvent")
        {
            await ExpectRefusalAsync("recurrenceId", "scope=this");
            await ExpectRefusalAsync("scope", "&recurrenceId=20260105T080000Z");
            await ExpectRefusalAsync("recurrenceId", "scope=following&recurrenceId=20260106T080000Z");
            await ExpectRefusalAsync("recurrenceId", "scope=this&recurrenceId=20260105"); // A day names no occurrence of a timed series,
            await ExpectRefusalAsync("recurrenceId", "scope=this&recurrenceId=20260105T090000"); // and neither does a wall clock.
        }

        Assert.Empty(accepted);
        Assert.Equal(before, await EverythingAsync());

        async Task ExpectRefusalAsync(string field, string query)
        {
            using var request = Request(operation, Merge(operation, query));
            var answer = await _api.SendAsync(request);
            if ((int)answer.Status is < 400 or >= 500 || !answer.Fields.Contains(field))
                accepted.Add($"{query[..Math.Min(query.Length, 80)]}: {answer}");
        }
    }

    [Theory, MemberData(nameof(OperationsWithBody))]
    public async Task Bad_fields_are_refused_by_name_and_change_nothing(string id)
    {
        await fixture.PrepareAsync();
        var operation = ApiContract.Instance.Operation(id);
        var before = await EverythingAsync();
        var accepted = new List<string>();

        foreach (var (name, schema) in ApiContract.Instance.BodyFields(operation))
        {
            var types = schema.GetProperty("type") is { ValueKind: JsonValueKind.Array } several ? several.EnumerateArray().Select(static t => t.GetString()).ToList() : [schema.Text("type")];
            foreach (var (type, json) in ((string, string)[])
                [
                    ("string", "\"x\""), ("integer", "5"), ("boolean", "true"), ("array", "[]"), ("object", "{}"), ("number", "1e400"), ("array", "[[[]]]"), ("array", "[null]"),
                    ("array", "[5]"), ("array", "[\"x\"]"), ("object", "{\"a\":1}"),
                ])
                if (!types.Contains(type))
                    await ExpectRefusalAsync(name, json);
            if (types.Contains("string"))
            {
                foreach (var text in Hostile)
                    if (!IsGoodField(operation, name, text))
                        await ExpectRefusalAsync(name, JsonSerializer.Serialize(text));
                await ExpectRefusalAsync(name, "\"a\\u0000b\"");
                await ExpectRefusalAsync(name, "\"a\\u001bb\"");
                await ExpectRefusalAsync(name, "\"\\ud800\"");
                await ExpectRefusalAsync(name, "\"\\udc00x\"");
                await ExpectRefusalAsync(name, $"\"{new string('y', 25_000)}\"");
            }
            if (types.Contains("array"))
                foreach (var json in (string[])["[null]", "[5]", "[[]]", "[\"x\"]", "[{\"minutesBefore\":-1}]", "[{\"minutesBefore\":1e12}]", $"[{string.Join(',', Enumerable.Repeat("{\"minutesBefore\":1}", 11))}]", $"[{string.Join(',', Enumerable.Range(0, 60).Select(static _ => $"\"{Guid.NewGuid()}\""))}]"])
                    await ExpectRefusalAsync(name, json);
        }
        await ExpectRefusalAsync("surprise", "1");
        await ExpectRefusalAsync("Name", "\"case matters\"");

        Assert.Empty(accepted);
        Assert.Equal(before, await EverythingAsync());

        async Task ExpectRefusalAsync(string field, string json)
        {
            var fields = Body(operation).Where(f => f.Key != field).Select(static f => $"\"{f.Key}\":{f.Value}").Append($"\"{field}\":{json}");
            using var request = Request(operation, BaseQuery(operation), $"{{{string.Join(',', fields)}}}");
            var answer = await _api.SendAsync(request);
            if ((int)answer.Status is < 400 or >= 500 || !answer.Fields.Any(f => f == field || f.StartsWith(field + "[", StringComparison.Ordinal) || f.StartsWith(field + ".", StringComparison.Ordinal)))
                accepted.Add($"{field}: {json[..Math.Min(json.Length, 80)]}: {answer}");
        }
    }

    [Theory, MemberData(nameof(OperationsWithBody))]
    public async Task Bodies_that_are_no_fitting_JSON_are_refused_and_change_nothing(string id)
    {
        await fixture.PrepareAsync();
        var operation = ApiContract.Instance.Operation(id);
        var before = await EverythingAsync();
        var accepted = new List<string>();
        var good = $"{{{string.Join(',', Body(operation).Select(static f => $"\"{f.Key}\":{f.Value}"))}}}";

        foreach (var (what, bytes, type, field) in ((string, byte[], string?, string)[])
            [
                ("nothing", [], "application/json", "body"),
                ("null", "null"u8.ToArray(), "application/json", "body"),
                ("a list", "[]"u8.ToArray(), "application/json", "body"),
                ("a text", "\"x\""u8.ToArray(), "application/json", "body"),
                ("a number", "5"u8.ToArray(), "application/json", "body"),
                ("half", Encoding.UTF8.GetBytes(good[..^1]), "application/json", "body"),
                ("two", Encoding.UTF8.GetBytes(good + good), "application/json", "body"),
                ("a comment", Encoding.UTF8.GetBytes("/*x*/" + good), "application/json", "body"),
                ("a comma too many", Encoding.UTF8.GetBytes(good[..^1] + ",}"), "application/json", "body"),
                ("1,000 deep", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", 1000)) + string.Concat(Enumerable.Repeat("]", 1000))), "application/json", "body"),
                ("1,000 deep in a field", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"name\":", 1000)) + "1" + string.Concat(Enumerable.Repeat("}", 1000))), "application/json", "name"),
                ("no UTF-8", [.. Encoding.UTF8.GetBytes("{\"name\":\""), 0xff, 0xfe, 0xc0, 0x80, .. "\"}"u8], "application/json", "name"),
                ("UTF-16", Encoding.Unicode.GetBytes(good), "application/json", "body"),
                ("zeros", new byte[100], "application/json", "body"),
                ("300 KB", Encoding.UTF8.GetBytes("{\"name\":\"" + new string('x', 300_000) + "\"}"), "application/json", "body"),
                ("another type", Encoding.UTF8.GetBytes(good), "text/plain", "Content-Type"),
                ("a form", "name=x"u8.ToArray(), "application/x-www-form-urlencoded", "Content-Type"),
                ("no type", Encoding.UTF8.GetBytes(good), null, "Content-Type"),
            ])
        {
            using var request = Request(operation, BaseQuery(operation));
            request.Content = new ByteArrayContent(bytes);
            if (type is not null)
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
            var answer = await SendUncheckedAsync(request);
            // A body is refused as a whole, or where reading it stopped.
            var names = answer.Fields.Count == 1 && (answer.Fields[0] == field || field == "name" || (field == "body" && type == "application/json"));
            if ((int)answer.Status is < 400 or >= 500 || !names)
                accepted.Add($"{what}: {answer}");
        }

        Assert.Empty(accepted);
        Assert.Equal(before, await EverythingAsync());
    }

    [Theory, MemberData(nameof(Operations))]
    public async Task A_version_that_is_none_is_refused(string id)
    {
        await fixture.PrepareAsync();
        var operation = ApiContract.Instance.Operation(id);
        if (!operation.In("header").Any(static p => p.Text("name") == "If-Match"))
            return;
        var before = await EverythingAsync();

        foreach (var header in (string[])["3", "\"\"", "\"x\"", "W/\"3\"", "\"-1\"", "\"1\", \"2\"", "\"99999999999999999999\"", "\"1.0\"", "\"", "<script>"])
        {
            using var request = Request(operation, BaseQuery(operation));
            request.Headers.TryAddWithoutValidation("If-Match", header);
            var answer = await _api.SendAsync(request);

            Assert.True(answer.Status == HttpStatusCode.BadRequest && answer.Fields.SequenceEqual(["If-Match"]), $"{header}: {answer}");
        }
        Assert.Equal(before, await EverythingAsync());
    }

    [Theory, MemberData(nameof(Operations))]
    public async Task Pages_of_other_sites_may_not_write(string id)
    {
        await fixture.PrepareAsync();
        var operation = ApiContract.Instance.Operation(id);
        if (operation.Method == "GET")
            return;
        var before = await EverythingAsync();

        foreach (var (name, value) in ((string, string)[])
            [
                ("Origin", "https://evil.example"), ("Origin", "null"), ("Origin", $"http://localhost:{_api.Service.Address.Port + 1}"), ("Origin", $"http://localhost:{_api.Service.Address.Port}.evil.example"),
                ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Site", "<script>"),
            ])
        {
            using var request = Request(operation, BaseQuery(operation));
            request.Headers.TryAddWithoutValidation(name, value);
            var answer = await _api.SendAsync(request);

            Assert.True(answer.Status == HttpStatusCode.Forbidden, $"{name}: {value}: {answer}");
        }
        Assert.Equal(before, await EverythingAsync());
    }

    [Fact]
    public async Task A_page_of_the_service_itself_may_write()
    {
        using var own = new HttpRequestMessage(HttpMethod.Delete, new Uri("/api/sample", UriKind.Relative));
        own.Headers.TryAddWithoutValidation("Origin", _api.Service.Address.GetLeftPart(UriPartial.Authority));
        own.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "same-origin");

        Assert.Equal(HttpStatusCode.NoContent, (await _api.SendAsync(own)).Status);
    }

    [Fact]
    public async Task Hostile_text_where_text_belongs_is_kept_as_it_is()
    {
        await fixture.PrepareAsync();
        var calendar = await _api.AddCalendarAsync("Texts");
        foreach (var text in (string[])["'; DROP TABLE event; --", "<script>alert(1)</script>", "../../etc/passwd", "a\"b\\c,d;e:f", "🙂 👨‍👩‍👧‍👦", "\u202Eright to left", "שלום", "e\u0301", "\uFEFFx", "BEGIN:VEVENT", "line\nEND:VEVENT\nBEGIN:VEVENT", new('x', 500)])
        {
            var id = await _api.AddEventAsync(new { calendarId = calendar, summary = text, description = text, location = text, start = "2026-03-02T09:00" });

            var read = (await _api.GetAsync($"/api/events/{id}")).Json;
            var shown = (await _api.OccurrencesAsync("2026-03-02", "2026-03-03", calendar)).Single();
            Assert.All([read.Text("summary"), read.Text("description"), read.Text("location"), shown.Text("summary"), shown.Text("location")], kept => Assert.Equal(text, kept));
            await _api.DeleteAsync($"/api/events/{id}");
            if (text.Length <= 100 && !text.Contains('\n', StringComparison.Ordinal))
                Assert.Equal(text, (await _api.PutAsync($"/api/members/{fixture.Member}", new { name = text })).Json.Text("name"));
        }
        await _api.DeleteAsync($"/api/calendars/{calendar}");
    }

    [Theory]
    [InlineData("end", "{\"start\":\"2026-01-05T09:00\",\"end\":\"2026-01-05T08:59\"}")]
    [InlineData("end", "{\"start\":\"2026-01-05\",\"end\":\"2026-01-05\",\"allDay\":true}")]
    [InlineData("end", "{\"start\":\"2026-01-05T09:00\",\"end\":\"2027-01-07T09:00\"}")]
    [InlineData("end", "{\"start\":\"2026-01-05\",\"end\":\"2026-01-06T00:00\",\"allDay\":true}")]
    [InlineData("start", "{\"start\":\"2026-01-05T09:00\",\"allDay\":true}")]
    [InlineData("start", "{\"start\":\"2026-01-05\"}")]
    [InlineData("start", "{\"start\":\"2026-01-05T09:00:00Z\"}")]
    [InlineData("start", "{\"start\":\"1899-12-31T23:59\"}")]
    [InlineData("start", "{\"start\":\"2201-01-01T00:00\"}")]
    [InlineData("start", "{\"summary\":\"no start\"}")]
    [InlineData("zone", "{\"start\":\"2026-01-05\",\"allDay\":true,\"zone\":\"Europe/Berlin\"}")]
    [InlineData("rrule", "{\"start\":\"2026-01-05\",\"allDay\":true,\"rrule\":\"FREQ=HOURLY\"}")]
    [InlineData("rrule", "{\"start\":\"2026-01-05T09:00\",\"rrule\":\"FREQ=SECONDLY\"}")]
    [InlineData("rrule", "{\"start\":\"2026-01-05T09:00\",\"rrule\":\"FREQ=DAILY;RSCALE=CHINESE\"}")]
    [InlineData("rrule", "{\"start\":\"2026-01-05T09:00\",\"rrule\":\"FREQ=DAILY;COUNT=99999999999\"}")]
    [InlineData("rrule", "{\"start\":\"2026-01-05T09:00\",\"rrule\":\"FREQ=DAILY\\r\\nATTENDEE:mailto:x@example.org\"}")]
    [InlineData("url", "{\"start\":\"2026-01-05T09:00\",\"url\":\"javascript:alert(1)\"}")]
    [InlineData("url", "{\"start\":\"2026-01-05T09:00\",\"url\":\"https://example.org/\\r\\nATTENDEE:mailto:x@example.org\"}")]
    [InlineData("url", "{\"start\":\"2026-01-05T09:00\",\"url\":\"https://example.org/\\nEND:VEVENT\"}")]
    [InlineData("color", "{\"start\":\"2026-01-05T09:00\",\"color\":\"#ff0000\"}")]
    [InlineData("calendarId", "{\"start\":\"2026-01-05T09:00\",\"calendarId\":\"019a0c1e-5b7a-7c3e-9f00-0123456789ab\"}")]
    public async Task Events_that_make_no_sense_are_refused_by_field(string field, string body)
    {
        await fixture.PrepareAsync();
        var before = await EverythingAsync();
        if (!body.Contains("calendarId", StringComparison.Ordinal))
            body = $"{{\"calendarId\":\"{fixture.Calendar}\",{body[1..]}";

        var answer = await _api.SendAsync(HttpMethod.Post, "/api/events", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
        Assert.Equal(before, await EverythingAsync());
    }

    [Theory]
    [InlineData("rrule", "{\"summary\":\"x\",\"rrule\":\"FREQ=DAILY\"}")]
    [InlineData("zone", "{\"summary\":\"x\",\"zone\":\"Europe/Berlin\"}")]
    [InlineData("zone", "{\"summary\":\"x\",\"due\":\"2026-01-05\",\"allDay\":true,\"zone\":\"Europe/Berlin\"}")]
    [InlineData("allDay", "{\"summary\":\"x\",\"allDay\":true}")]
    [InlineData("due", "{\"summary\":\"x\",\"due\":\"2026-01-05\"}")]
    [InlineData("due", "{\"summary\":\"x\",\"due\":\"2026-01-05T09:00\",\"allDay\":true}")]
    [InlineData("due", "{\"summary\":\"x\",\"due\":\"2201-01-01T00:00\"}")]
    [InlineData("reminders", "{\"summary\":\"x\",\"reminders\":[{\"minutesBefore\":5}]}")]
    [InlineData("rrule", "{\"summary\":\"x\",\"due\":\"2026-01-05\",\"allDay\":true,\"rrule\":\"FREQ=HOURLY\"}")]
    [InlineData("priority", "{\"summary\":\"x\",\"priority\":10}")]
    [InlineData("priority", "{\"summary\":\"x\",\"priority\":-1}")]
    [InlineData("memberId", "{\"summary\":\"x\",\"memberId\":\"019a0c1e-5b7a-7c3e-9f00-0123456789ab\"}")]
    [InlineData("calendarId", "{\"summary\":\"x\",\"calendarId\":\"019a0c1e-5b7a-7c3e-9f00-0123456789ab\"}")]
    [InlineData("summary", "{\"summary\":\" \"}")]
    public async Task Tasks_that_make_no_sense_are_refused_by_field(string field, string body)
    {
        await fixture.PrepareAsync();
        var before = await EverythingAsync();
        if (!body.Contains("calendarId", StringComparison.Ordinal))
            body = $"{{\"calendarId\":\"{fixture.List}\",{body[1..]}";

        var answer = await _api.SendAsync(HttpMethod.Post, "/api/tasks", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal([field], answer.Fields);
        Assert.Equal(before, await EverythingAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not an address")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("ftp://example.org/a.ics")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://")]
    [InlineData("https:///a.ics")]
    [InlineData("http://exa mple.org/")]
    [InlineData("http://example.org/\r\nX: y")]
    [InlineData("data:text/calendar,BEGIN:VCALENDAR")]
    public async Task Addresses_of_feeds_that_cannot_be_read_are_refused(string address)
    {
        var answer = await _api.PostAsync("/api/feeds", new { address });

        Assert.True(answer.Status == HttpStatusCode.BadRequest && answer.Fields.SequenceEqual(["address"]), $"{answer}");
    }

    [Fact]
    public async Task An_import_too_large_or_of_another_type_is_refused_and_changes_nothing()
    {
        await fixture.PrepareAsync();
        var before = await EverythingAsync();
        var address = $"/api/calendars/{fixture.Calendar}/import";

        foreach (var (bytes, type, status, field) in ((byte[], string, HttpStatusCode, string)[])
            [
                (new byte[10 * 1024 * 1024 + 1], "text/calendar", HttpStatusCode.UnprocessableEntity, "body"),
                (new byte[13 * 1024 * 1024], "text/calendar", HttpStatusCode.RequestEntityTooLarge, "body"),
                ("BEGIN:VCALENDAR"u8.ToArray(), "application/json", HttpStatusCode.UnsupportedMediaType, "Content-Type"),
            ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, UriKind.Relative)) { Content = new ByteArrayContent(bytes) };
            request.Content.Headers.ContentType = new(type);
            // The service may close the connection before it was sent all of what it does not want.
            request.Headers.ExpectContinue = true;
            var answer = await SendUncheckedAsync(request);

            Assert.True(answer.Status == status && answer.Fields.SequenceEqual([field]), $"{type} {bytes.Length}: {answer}");
        }
        Assert.Equal(before, await EverythingAsync());
    }

    [Theory]
    [InlineData("GET", "/api/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/members/x/y", HttpStatusCode.NotFound)]
    [InlineData("PATCH", "/api/members", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/api/household", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/api/occurrences", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/../../etc/passwd.txt", HttpStatusCode.NotFound)]
    [InlineData("GET", "/..%2f..%2fedgedb.db", HttpStatusCode.NotFound)]
    [InlineData("GET", "/edgedb.db", HttpStatusCode.NotFound)]
    [InlineData("GET", "/assets/../index.html.br", HttpStatusCode.NotFound)]
    public async Task What_nobody_serves_is_answered_with_a_problem(string method, string address, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        var answer = await SendUncheckedAsync(request);

        Assert.Equal(status, answer.Status);
        Assert.StartsWith("urn:edgedb:problem:", answer.Json.Text("type"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_cannot_be_framed_sniffed_or_scripted()
    {
        foreach (var address in (string[])["/api/members", "/api/members?limit=x", "/api/nothing", "/health/live"])
        {
            using var response = await _api.Service.Http.GetAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);

            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Contains("default-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("Server"));
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    private HttpRequestMessage Request(ApiOperation operation, string query, string? body = null)
    {
        var id = operation.Template switch
        {
            var t when t.Contains("/members/", StringComparison.Ordinal) || t.Contains("/persons/", StringComparison.Ordinal) => fixture.Member,
            var t when t.Contains("/feeds/", StringComparison.Ordinal) => fixture.Feed,
            "/api/events/{id}/restore" => fixture.Deleted,
            "/api/edits/{id}/undo" => fixture.Edit,
            "/api/tasks/{id}/restore" => fixture.Thrown,
            "/api/notices/{id}/restore" => fixture.TakenDown,
            var t when t.Contains("/notices/", StringComparison.Ordinal) => fixture.Notice,
            var t when t.Contains("/tasks/", StringComparison.Ordinal) => fixture.Task,
            var t when t.Contains("/events/", StringComparison.Ordinal) => fixture.Event,
            var t when t.Contains("/incidents/", StringComparison.Ordinal) || t.Contains("/proposals/", StringComparison.Ordinal) || t.Contains("/security/", StringComparison.Ordinal) => "7",
            var t when t.Contains("/tunables/", StringComparison.Ordinal) => "sqlite.maxSize",
            var t when t.Contains("/connections/", StringComparison.Ordinal) => "sqlite",
            var t when t.Contains("/config/", StringComparison.Ordinal) => "cache.entries",
            _ => fixture.Calendar,
        };
        var path = operation.Template.Replace("{id}", id, StringComparison.Ordinal);
        var request = new HttpRequestMessage(new HttpMethod(operation.Method), new Uri(path + (query.Length > 0 ? "?" + query : ""), UriKind.Relative));
        if (ApiContract.BodySchema(operation) is not null)
            request.Content = new StringContent(body ?? $"{{{string.Join(',', Body(operation).Select(static f => $"\"{f.Key}\":{f.Value}"))}}}", Encoding.UTF8, "application/json");
        else if (operation.Id == "importCalendar")
            request.Content = new StringContent(FeedText.Calendar(FeedText.Event("import", "Import", "20260302T090000Z")), Encoding.UTF8, "text/calendar");
        return request;
    }

    /// <summary>Fields that alone would be accepted.</summary>
    private Dictionary<string, string> Body(ApiOperation operation) => operation.Id switch
    {
        "addEvent" => new() { ["calendarId"] = $"\"{fixture.Calendar}\"", ["summary"] = "\"Good\"", ["start"] = "\"2026-01-05T09:00\"" },
        "changeEvent" => new() { ["summary"] = "\"Good\"", ["start"] = "\"2026-01-05T09:00\"" },
        "addFeed" or "previewFeed" => new() { ["address"] = "\"http://127.0.0.1:1/good\"" },
        "addTask" => new() { ["calendarId"] = $"\"{fixture.List}\"", ["summary"] = "\"Good\"", ["due"] = "\"2026-01-05T09:00\"" },
        "changeTask" => new() { ["summary"] = "\"Good\"", ["due"] = "\"2026-01-05T09:00\"" },
        "tickTask" or "moveTask" => [],
        "addNotice" or "changeNotice" => new() { ["text"] = "\"Good\"" },
        "setTunable" => new() { ["value"] = "3" },
        "overrideTunable" => new() { ["value"] = "3", ["minutes"] = "5" },
        "changeSetting" => new() { ["value"] = "\"500\"" },
        "setTunerMode" => new() { ["mode"] = "\"off\"" },
        "freezeTuner" => new() { ["minutes"] = "5" },
        "signIn" => new() { ["name"] = "\"Good\"", ["password"] = "\"correct horse\"" },
        "setUp" => new() { ["name"] = "\"Good\"", ["password"] = "\"correct horse\"" },
        "addAccount" => new() { ["name"] = "\"Good\"", ["role"] = "\"adult\"" },
        "setPassword" => new() { ["password"] = "\"correct horse\"" },
        "setPin" => new() { ["pin"] = "\"2580\"" },
        "setProviderLink" => new() { ["subject"] = "\"somebody\"" },
        "beginProviderLink" or "beginTotp" or "removeTotp" or "renewRecoveryCodes" or "issueAccessToken" => [],
        // Good, but for another person: it must not be carried out.
        "erasePerson" => new() { ["confirm"] = "\"Good\"" },
        "confirmTotp" => new() { ["code"] = "\"123456\"" },
        "takePairing" => new() { ["secret"] = "\"secret\"" },
        "addToken" => new() { ["name"] = "\"Good\"", ["scopes"] = "[\"events:read\"]" },
        "isolateConnection" or "resetConnection" => new() { ["operationClass"] = "\"read\"" },
        _ => new() { ["name"] = "\"Good\"" },
    };

    private string BaseQuery(ApiOperation operation) => operation.Id switch
    {
        "listOccurrences" or "listReminders" => "from=2026-01-01&to=2026-01-08",
        "clearDoneTasks" => $"calendar={fixture.List}&done=true",
        _ => "",
    };

    /// <summary>What is required besides, unless the query says it itself.</summary>
    private string Merge(ApiOperation operation, string query) =>
        string.Join(
            '&',
            (query.StartsWith("recurrenceId", StringComparison.Ordinal) && operation.Id != "getEvent" ? "scope=this" : BaseQuery(operation))
                .Split('&', StringSplitOptions.RemoveEmptyEntries).Where(p => !query.StartsWith(p.Split('=')[0] + "=", StringComparison.Ordinal)).Append(query));

    private string Good(string name) => name switch
    {
        "from" => "2026-01-01",
        "to" => "2026-01-08",
        "zone" => "UTC",
        "limit" or "count" => "5",
        "scope" => "all",
        "events" => "keep",
        "due" or "lasting" => "2026-01-05",
        "open" or "done" => "true",
        "recurrenceId" => "20260105T080000Z",
        "calendarId" => fixture.Calendar,
        _ => "1",
    };

    /// <summary>True for the few values of the table that are acceptable where they are sent.</summary>
    private static bool IsGood(ApiOperation operation, string name, string value) => name switch
    {
        "q" => value.Length <= 200 && !value.Any(char.IsControl),
        "cursor" => operation.Id is "listFeedProblems" or "listTuning" or "listAudit" && value == "20260105",
        "authority" or "open" or "done" => value == "true",
        _ => false,
    };

    private static bool IsGoodField(ApiOperation operation, string name, string text) => name switch
    {
        "name" => text.Trim().Length is > 0 and <= 100,
        "text" => text.Trim().Length is > 0 and <= 1_000,
        "summary" when operation.Id.EndsWith("Task", StringComparison.Ordinal) => text.Trim().Length is > 0 and <= 500,
        "summary" or "location" => text.Length <= 500,
        "rrule" when text.Length == 0 && operation.Id.EndsWith("Task", StringComparison.Ordinal) => true,
        "description" => text.Length <= 20_000,
        // Whatever can be typed may be a password; whether it is the right one is another matter.
        "password" or "current" or "totp" or "code" or "secret" => text.Length is > 0 and <= 256,
        "subject" => text.Length is > 0 and <= 255 && text.All(static c => c is >= ' ' and <= '~'),
        "pin" => text.Length is >= 4 and <= 8 && text.All(char.IsAsciiDigit),
        "member" or "hours" => text.Length == 0 && operation.Id == "changeAccount",
        "language" => text.Length <= 35 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'),
        "color" or "url" or "rrule" when text.Length == 0 && operation.Id.EndsWith("Event", StringComparison.Ordinal) => true,
        "color" when operation.Id.EndsWith("Event", StringComparison.Ordinal) => text is "null" or "true",
        _ => false,
    };

    /// <summary>Every list, and what is published, as text.</summary>
    private async Task<string> EverythingAsync()
    {
        var all = new StringBuilder();
        foreach (var address in (string[])["/api/household", "/api/members", "/api/calendars", "/api/events", "/api/occurrences?from=2026-01-01&to=2026-12-31", "/api/tasks", $"/api/tasks/{fixture.Task}/done", "/api/notices", $"/calendars/{fixture.Calendar}.ics", "/api/connections/tuner", "/api/connections/tuner/history", "/api/config"])
            all.AppendLine((await _api.GetAsync(address)).Expect(HttpStatusCode.OK).Text);
        foreach (var feed in await _api.ListAsync("/api/feeds"))
            all.AppendLine(CultureInfo.InvariantCulture, $"{feed.Text("id")} {feed.Text("name")} {feed.Text("color")} {feed.Number("version")}");
        return all.ToString();
    }

    /// <summary>For requests that openapi.json cannot describe, such as those without a type.</summary>
    private async Task<Answer> SendUncheckedAsync(HttpRequestMessage request)
    {
        using var response = await _api.Service.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return new(response.StatusCode, new Dictionary<string, string>(), await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
