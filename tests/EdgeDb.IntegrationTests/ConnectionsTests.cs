using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class ConnectionsTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private const string Setting = "/api/connections/tunables/sqlite.maxSize";

    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task The_database_file_is_a_connection_like_the_others()
    {
        var sqlite = (await _api.GetAsync("/api/connections")).Items.Single(static c => c.Text("name") == "sqlite");
        Assert.Equal("sqlite", sqlite.Text("kind"));
        Assert.Equal(4, sqlite.GetProperty("pool").Number("maxSize"));
        Assert.True(sqlite.GetProperty("pool").Number("acquired") > 0);
        Assert.Equal(JsonValueKind.Null, sqlite.GetProperty("circuit").ValueKind);
        Assert.Equal(
            ["sqlite.maxSize", "sqlite.minIdle", "sqlite.overloadAcquireTimeout"],
            sqlite.GetProperty("tunables").EnumerateArray().Select(static t => t.Text("id")));
        Assert.Equal("sqlite", (await _api.GetAsync("/api/connections/sqlite")).Json.Text("name"));
    }

    [Fact]
    public async Task What_is_asked_of_a_connection_is_listed_in_the_order_that_is_wished()
    {
        foreach (var order in (string[])["totalTime", "p99", "errors"])
            Assert.NotEmpty((await _api.GetAsync($"/api/connections/sqlite/queries?order={order}&limit=1")).Expect(HttpStatusCode.OK).Items);
    }

    [Fact]
    public async Task A_setting_is_changed_at_once_and_the_history_tells_of_it()
    {
        var set = (await _api.PutAsync(Setting, new { value = 3 })).Expect(HttpStatusCode.OK);
        Assert.Equal((3, 4), (set.Json.Number("value"), set.Json.Number("configured")));
        Assert.Equal(3, (await _api.GetAsync("/api/connections/sqlite")).Json.GetProperty("pool").Number("maxSize"));

        var entry = (await _api.GetAsync("/api/connections/tuner/history?limit=1")).Items[0];
        Assert.Equal(("sqlite.maxSize", "setByHand", 3), (entry.Text("tunable"), entry.Text("outcome"), entry.Number("to")));
        await _api.PutAsync(Setting, new { value = 4 });
    }

    [Fact]
    public async Task An_override_holds_until_it_is_released()
    {
        var set = (await _api.PostAsync(Setting + "/override", new { value = 2, minutes = 10 })).Expect(HttpStatusCode.OK);
        Assert.Equal((2, 4), (set.Json.Number("value"), set.Json.GetProperty("override").Number("before")));
        Assert.Equal(4, (await _api.DeleteAsync(Setting + "/override")).Expect(HttpStatusCode.OK).Json.Number("value"));
        Assert.Equal(HttpStatusCode.Conflict, (await _api.DeleteAsync(Setting + "/override")).Status);
    }

    [Theory]
    [InlineData("sqlite.maxSize", "0")]
    [InlineData("sqlite.maxSize", "5")]
    [InlineData("sqlite.minIdle", "-1")]
    [InlineData("sqlite.overloadAcquireTimeout", "7")]
    public async Task A_value_out_of_range_is_refused_with_the_range(string setting, string value)
    {
        var refused = await _api.PutAsync($"/api/connections/tunables/{setting}", JsonDocument.Parse($"{{\"value\":{value}}}").RootElement);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(["value"], refused.Fields);
        Assert.Contains(" in steps of ", refused.Json.Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "tunables/sqlite.maxSize", "{\"value\":\"3\"}", "value", "'value' must be a whole number; it is a text.")]
    [InlineData("PUT", "tunables/sqlite.maxSize", "{\"value\":2.5}", "value", "'value' must be a whole number; it is 2.5.")]
    [InlineData("PUT", "tunables/sqlite.maxSize", "{\"value\":99999999999999999999}", "value", "'value' must be a whole number nearer to 0; it is 99999999999999999999.")]
    [InlineData("PUT", "tunables/sqlite.maxSize", "{\"value\":[3]}", "value", "'value' must be a whole number; it is a list.")]
    [InlineData("PUT", "tunables/sqlite.maxSize", "{\"value\":null}", "value", "'value' is required.")]
    [InlineData("PUT", "tunables/sqlite.maxSize", "[3]", "body", "The body must be an object; it is a list.")]
    [InlineData("PUT", "tunables/sqlite.maxSize", "3", "body", "The body must be an object; it is 3.")]
    [InlineData("PUT", "tunables/sqlite.maxSize", "null", "body", "The body must be an object; it is null.")]
    [InlineData("POST", "tunables/sqlite.maxSize/override", "{\"value\":3,\"minutes\":true}", "minutes", "'minutes' must be a whole number; it is true.")]
    [InlineData("POST", "tuner/freeze", "{\"minutes\":{\"a\":1}}", "minutes", "'minutes' must be a whole number; it is an object.")]
    [InlineData("PUT", "tuner", "{\"mode\":5}", "mode", "'mode' must be a text; it is 5.")]
    [InlineData("POST", "sqlite/isolate", "{\"operationClass\":[\"read\"]}", "operationClass", "'operationClass' must be a text; it is a list.")]
    [InlineData("POST", "sqlite/reset", "{\"operationClass\":false}", "operationClass", "'operationClass' must be a text; it is false.")]
    public async Task A_value_of_the_wrong_type_is_refused_with_the_field_what_it_is_and_what_it_should_be(
        string method, string address, string body, string field, string detail)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        var refused = await _api.SendAsync(new HttpMethod(method), "/api/connections/" + address, content);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal([field], refused.Fields);
        Assert.Equal(detail, refused.Json.Text("detail"));
    }

    [Fact]
    public async Task A_wrong_type_inside_a_list_is_named_where_it_is()
    {
        using var content = new StringContent("{\"reminders\":[{\"minutesBefore\":5},{\"minutesBefore\":\"soon\"}]}", new MediaTypeHeaderValue("application/json"));
        var refused = await _api.SendAsync(HttpMethod.Post, "/api/events", content);
        Assert.Equal(["reminders[1].minutesBefore"], refused.Fields);
        Assert.Equal("'reminders[1].minutesBefore' must be a whole number; it is a text.", refused.Json.Text("detail"));
    }

    [Fact]
    public async Task A_value_that_another_setting_forbids_is_refused_with_the_reason()
    {
        await _api.PostAsync(Setting + "/override", new { value = 2, minutes = 10 });
        var refused = await _api.PutAsync("/api/connections/tunables/sqlite.minIdle", new { value = 3 });
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("MinIdle is 3 and MaxSize 2", refused.Json.Text("detail"), StringComparison.Ordinal);
        await _api.DeleteAsync(Setting + "/override");
    }

    [Theory]
    [InlineData("/api/connections/nothing")]
    [InlineData("/api/connections/nothing/queries")]
    public async Task What_does_not_exist_is_not_found(string address) => Assert.Equal(HttpStatusCode.NotFound, (await _api.GetAsync(address)).Status);

    [Theory]
    [InlineData("nothing")]
    [InlineData("sqlite.nothing")]
    [InlineData("nothing.maxSize")]
    public async Task Settings_that_do_not_exist_are_not_found(string setting)
    {
        var address = $"/api/connections/tunables/{setting}";
        Assert.Equal(HttpStatusCode.NotFound, (await _api.PutAsync(address, new { value = 3 })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.PostAsync(address + "/override", new { value = 3, minutes = 1 })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.DeleteAsync(address + "/override")).Status);
    }

    [Fact]
    public async Task A_local_file_has_no_circuit_to_open()
    {
        Assert.Equal(HttpStatusCode.Conflict, (await _api.PostAsync("/api/connections/sqlite/isolate", new { })).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await _api.PostAsync("/api/connections/sqlite/reset", new { operationClass = "read" })).Status);
    }

    [Fact]
    public async Task A_server_can_be_taken_out_and_let_in_again()
    {
        // Nobody listens on port 1; nothing asks it either.
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.Path, "--redis", "redis://127.0.0.1:1");
        var api = new Api(service);
        var isolated = (await api.PostAsync("/api/connections/redis/isolate", new { })).Expect(HttpStatusCode.OK).Json.GetProperty("circuit");
        Assert.Equal("isolated", isolated.Text("state"));
        Assert.Equal("isolated", isolated.GetProperty("events").EnumerateArray().Last().Text("kind"));
        Assert.Equal("closed", (await api.PostAsync("/api/connections/redis/reset", new { })).Expect(HttpStatusCode.OK).Json.GetProperty("circuit").Text("state"));

        var write = (await api.PostAsync("/api/connections/redis/isolate", new { operationClass = "write" })).Expect(HttpStatusCode.OK).Json.GetProperty("circuit");
        Assert.Equal("closed", write.Text("state"));
        Assert.Equal(("write", "isolated"), (write.GetProperty("classes")[0].Text("operationClass"), write.GetProperty("classes")[0].Text("state")));
        await api.PostAsync("/api/connections/redis/reset", new { operationClass = "write" });
        Assert.Contains((await api.GetAsync("/api/connections")).Items, static c => c.Text("kind") == "redis");
    }

    [Fact]
    public async Task Nobody_can_take_the_connection_away_on_which_Redis_tells_of_changes()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.Path, "--redis", "redis://127.0.0.1:1");
        var refused = await new Api(service).PutAsync("/api/connections/tunables/redis.minIdle", new { value = 0 });
        Assert.Equal((HttpStatusCode.BadRequest, "value"), (refused.Status, refused.Json.GetProperty("errors")[0].Text("field")));
    }

    [Fact]
    public async Task The_tuner_can_be_frozen_for_some_time()
    {
        Assert.NotNull((await _api.PostAsync("/api/connections/tuner/freeze", new { minutes = 1 })).Expect(HttpStatusCode.OK).Json.TextOrNull("frozenUntil"));
        Assert.Null((await _api.DeleteAsync("/api/connections/tuner/freeze")).Expect(HttpStatusCode.OK).Json.TextOrNull("frozenUntil"));
    }

    [Fact]
    public async Task There_is_nothing_to_approve_in_a_quiet_household()
    {
        Assert.Equal(JsonValueKind.Null, (await _api.GetAsync("/api/connections/tuner")).Json.GetProperty("proposal").ValueKind);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.PostAsync("/api/connections/tuner/proposals/1/approve")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.PostAsync("/api/connections/tuner/proposals/x/reject")).Status);
    }

    [Fact]
    public async Task Pages_of_the_history_join_without_a_gap()
    {
        for (var i = 0; i < 3; i++)
            await _api.PutAsync("/api/connections/tunables/sqlite.overloadAcquireTimeout", new { value = 200 + (5 * i) });
        var whole = await _api.ListAsync("/api/connections/tuner/history");
        var paged = await _api.ListAsync("/api/connections/tuner/history", limit: 2);
        Assert.Equal(whole.Select(static e => e.Number("id")), paged.Select(static e => e.Number("id")));
    }

    [Fact]
    public async Task Choices_of_a_person_survive_a_restart_and_so_does_what_is_left_of_an_override()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await ServiceProcess.StartAsync(folder.Path))
        {
            var api = new Api(first);
            await api.PutAsync("/api/connections/tuner", new { mode = "auto" });
            await api.PutAsync(Setting, new { value = 3 });
            await api.PostAsync("/api/connections/tunables/sqlite.minIdle/override", new { value = 1, minutes = 60 });
            await api.PostAsync("/api/connections/tuner/freeze", new { minutes = 60 });
        }

        await using var second = await ServiceProcess.StartAsync(folder.Path);
        var after = new Api(second);
        Assert.Equal("auto", (await after.GetAsync("/api/connections/tuner")).Json.Text("mode"));
        var pool = (await after.GetAsync("/api/connections/sqlite")).Json.GetProperty("pool");
        Assert.Equal((3, 1), (pool.Number("maxSize"), pool.Number("minIdle")));
        Assert.NotNull((await after.GetAsync("/api/connections/tuner")).Json.TextOrNull("frozenUntil"));
        Assert.Equal(0, (await after.DeleteAsync("/api/connections/tunables/sqlite.minIdle/override")).Expect(HttpStatusCode.OK).Json.Number("value"));
    }

    [Fact]
    public async Task What_a_person_has_taken_out_stays_out_over_a_restart_and_is_left_alone()
    {
        // Nobody listens on port 1, so every attempt to open a connection would be counted as a failure.
        using var folder = new TemporaryFolder();
        string[] arguments = ["--redis", "redis://127.0.0.1:1?min-idle=1"];
        string since;
        await using (var first = await ServiceProcess.StartAsync(folder.Path, arguments))
        {
            var api = new Api(first);
            await Api.EventuallyAsync("Redis is said to be away", async () => await UpstreamAsync(api) is var redis && redis.Text("state") == "unreachable" ? "" : null);
            Assert.Equal("ready", (await api.GetAsync("/health/ready")).Expect(HttpStatusCode.OK).Json.Text("status"));
            Assert.NotNull((await UpstreamAsync(api)).TextOrNull("since"));
            await api.PostAsync("/api/connections/redis/isolate", new { });
            await api.PostAsync("/api/connections/redis/isolate", new { operationClass = "write" });
            var isolated = await UpstreamAsync(api);
            Assert.Equal("isolated", isolated.Text("state"));
            since = isolated.Text("since");
        }

        await using (var second = await ServiceProcess.StartAsync(folder.Path, arguments))
        {
            var api = new Api(second);
            var redis = (await api.GetAsync("/api/connections/redis")).Json;
            Assert.Equal("isolated", redis.GetProperty("circuit").Text("state"));
            Assert.Equal("isolated", redis.GetProperty("circuit").GetProperty("classes")[0].Text("state"));
            Assert.Equal((0, 0, 0), (redis.GetProperty("pool").Number("openFailures"), redis.GetProperty("pool").Number("opening"), redis.GetProperty("pool").Number("opened")));
            Assert.Equal(since, (await UpstreamAsync(api)).Text("since"));
            await api.PostAsync("/api/connections/redis/reset", new { });
            await Api.EventuallyAsync("it is asked again", async () => (await UpstreamAsync(api)).Text("state") == "unreachable" ? "" : null);
        }

        await using var third = await ServiceProcess.StartAsync(folder.Path, arguments);
        var circuit = (await new Api(third).GetAsync("/api/connections/redis")).Json.GetProperty("circuit");
        Assert.Equal(("closed", 0), (circuit.Text("state"), circuit.GetProperty("classes").GetArrayLength()));

        static async Task<JsonElement> UpstreamAsync(Api api) => (await api.GetAsync("/health/ready")).Expect(HttpStatusCode.OK).Json.GetProperty("upstreams")[0];
    }
}
