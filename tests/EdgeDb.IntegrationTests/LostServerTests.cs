using System.Net;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class LostServerTests
{
    [Fact]
    public async Task A_server_that_is_killed_and_one_that_hangs_are_named_and_the_household_is_served_without_them_until_they_are_back()
    {
        await using var servers = await Upstreams.StartAsync();
        await using var proxy = new FaultProxy(servers.Host, servers.PrimaryPort);
        using var folder = new TemporaryFolder();
        // Connections are replaced every second, and opening one is given up after one, so that news do not take half a minute.
        await using var service = await ServiceProcess.StartAsync(
            folder.Path,
            "--redis", $"redis://:{Uri.EscapeDataString(servers.RedisPassword)}@{servers.Host}:{servers.RedisPort}?min-idle=1&max-lifetime=1s",
            "--postgres", $"postgres://{servers.PostgresUser}:{Uri.EscapeDataString(servers.PostgresPassword)}@{servers.Host}:{proxy.Port}/{servers.Database}"
                + $"?ca={Uri.EscapeDataString(servers.CaFile)}&max-lifetime=1s&open-timeout=1s&connect-timeout=1s");
        var api = new Api(service);
        var calendar = await api.AddCalendarAsync("Family");
        await BecomesAsync(api, "redis", "reachable");
        await BecomesAsync(api, "postgres", "reachable");

        await servers.StopRedisAsync();
        await BecomesAsync(api, "redis", "unreachable");
        proxy.SetBlackhole(true);
        await BecomesAsync(api, "postgres", "unreachable");
        Assert.Equal((HttpStatusCode.Created, null, ""), await Emergency.WriteAsync(service, calendar, "Meanwhile"));
        Assert.Null(await Emergency.ReadAsync(service, calendar, ["Meanwhile"]));
        var ready = (await api.GetAsync("/health/ready")).Expect(HttpStatusCode.OK).Json;
        Assert.Equal(("ready", JsonValueKind.Null), (ready.Text("status"), ready.GetProperty("emergency").ValueKind));

        await servers.StartRedisAsync();
        proxy.SetBlackhole(false);
        await BecomesAsync(api, "redis", "reachable");
        await BecomesAsync(api, "postgres", "reachable");
    }

    private static async Task BecomesAsync(Api api, string name, string state) => await Api.EventuallyAsync(
        $"{name} is {state}",
        async () => (await api.GetAsync("/health/ready")).Expect(HttpStatusCode.OK).Json.GetProperty("upstreams").EnumerateArray()
            .Any(u => u.Text("name") == name && u.Text("state") == state) ? "" : null);
}
