using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>The service with real servers behind it.</summary>
public sealed class UpstreamTests
{
    [Fact]
    public async Task A_primary_and_a_standby_that_have_changed_places_are_told_and_used_as_what_they_are()
    {
        var servers = await Upstreams.SharedAsync();
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(folder, servers, servers.ReplicaPort, servers.PrimaryPort);
        var api = new Api(service);
        var first = await ServerAsync(api, "postgres", static server => server.TextOrNull("role") == "standby");
        var second = await ServerAsync(api, "postgres-replica", static server => server.TextOrNull("role") == "primary");

        Assert.Equal(("primary", "standby"), (first.Text("setAs"), second.Text("setAs")));
        Assert.Equal((1, 1), (first.Number("timeline"), second.Number("timeline")));
        Assert.True(first.GetProperty("reachable").GetBoolean());
        Assert.NotNull(first.TextOrNull("observedAt"));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("lagBytes").ValueKind);
        Assert.StartsWith("It is set as the primary, but says that it is a standby.", first.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        Assert.StartsWith("It is set as a standby, but says that it is the primary.", second.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        await Api.EventuallyAsync("the log tells of it", () => Task.FromResult(
            service.Output.Contains("postgres is set as the primary, but says that it is a standby.", StringComparison.Ordinal) ? "" : null));
        Assert.Equal(JsonValueKind.Null, (await api.GetAsync("/api/connections/sqlite")).Json.GetProperty("server").ValueKind);
    }

    [Fact]
    public async Task A_primary_that_was_replaced_is_still_known_as_such_after_a_restart()
    {
        await using var servers = await Upstreams.StartAsync();
        using var folder = new TemporaryFolder();
        await using (var before = await StartAsync(folder, servers, servers.PrimaryPort, servers.ReplicaPort))
        {
            var api = new Api(before);
            Assert.Empty((await ServerAsync(api, "postgres", static server => server.TextOrNull("role") == "primary")).GetProperty("problems").EnumerateArray());
            await servers.PromoteReplicaAsync();
            var promoted = await ServerAsync(api, "postgres-replica", static server => server.TextOrNull("role") == "primary");
            Assert.Equal(2, promoted.Number("timeline"));
            Assert.StartsWith("It is not used: ", (await ServerAsync(api, "postgres", static _ => true)).GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
            await before.StopAsync();
        }

        // Only the old one answers now, and it says of itself that it is the primary.
        await servers.KillReplicaAsync();
        await using var after = await StartAsync(folder, servers, servers.PrimaryPort, servers.ReplicaPort);
        var old = await ServerAsync(new Api(after), "postgres", static server => server.TextOrNull("role") == "primary");
        Assert.Equal(1, old.Number("timeline"));
        Assert.StartsWith("It is not used: ", old.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
    }

    private static Task<ServiceProcess> StartAsync(TemporaryFolder folder, Upstreams servers, int primary, int replica) => ServiceProcess.StartAsync(
        folder.Path, "--postgres", Address(servers, primary), "--postgres-replica", Address(servers, replica));

    private static async Task<JsonElement> ServerAsync(Api api, string name, Func<JsonElement, bool> isAsWished) =>
        (JsonElement)await Api.EventuallyAsync<object>(
            $"{name} says what is expected",
            async () => (await api.GetAsync("/api/connections/" + name)).Json.GetProperty("server") is var server && isAsWished(server) ? server : null);

    // A connection is replaced every second, so that news do not take half a minute.
    private static string Address(Upstreams servers, int port) =>
        $"postgres://{servers.PostgresUser}:{Uri.EscapeDataString(servers.PostgresPassword)}@{servers.Host}:{port}/{servers.Database}?ca={Uri.EscapeDataString(servers.CaFile)}&max-lifetime=1s";
}
