using System.Net;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>A service that the house can reach must not be the house's hand in places that only it can reach.</summary>
public sealed class FeedReachTests
{
    [Fact]
    public async Task A_service_for_the_house_reads_feeds_from_the_internet_only_until_its_owner_allows_more()
    {
        using var folder = new TemporaryFolder();
        await using var server = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar(FeedText.Event("a", "Near", "20260302T090000Z"))));
        await using var service = await ServiceProcess.StartAsync(folder.File("data"), "--listen", "0.0.0.0");
        var api = new Api(service);

        var feed = (await api.PostAsync("/api/feeds", new { address = server.Address + "/a.ics" })).Expect(HttpStatusCode.Created).Id;
        var failing = await Api.EventuallyAsync("the feed was refused", async () => await StateAsync(api, feed) is ("failing", var reason) ? reason : null);
        Assert.Equal("not-public", failing);
        Assert.Empty(server.Requests);

        (await api.PutAsync("/api/config/feedsFromHome", new { value = "true" })).Expect(HttpStatusCode.OK);
        (await api.PostAsync($"/api/feeds/{feed}/refresh", null)).Expect(HttpStatusCode.Accepted);
        await Api.EventuallyAsync("the feed was read", async () => await StateAsync(api, feed) is ("ok", _) ? "it was" : null);
    }

    [Fact]
    public async Task A_feed_from_the_internet_leads_into_the_house_by_no_redirect_and_by_no_name()
    {
        using var folder = new TemporaryFolder();
        await using var house = await TestHouse.BuildAsync(
            ("world.example", TestHouse.Public), ("router.example", TestHouse.Router), ("board.example", IPAddress.Loopback), ("mapped.example", IPAddress.Loopback.MapToIPv6()),
            ("neighbour.example", TestHouse.Neighbour), ("both.example", IPAddress.Loopback), ("both.example", TestHouse.Public));
        await using var inside = house.ServeInside(static _ => FeedReply.Ok(FeedText.Calendar(FeedText.Event("b", "Inside", "20260302T090000Z"))));
        FeedServer world = null!;
        world = house.Serve(request => request.Path switch
        {
            "/a.ics" => FeedReply.Ok(FeedText.Calendar(FeedText.Event("a", "Outside", "20260302T090000Z"))),
            "/away" => FeedReply.Redirect($"http://world.example:{world.Port}/a.ics"),
            "/metadata" => FeedReply.Redirect("http://169.254.169.254/latest/meta-data/"),
            var path => FeedReply.Redirect($"http://{path[1..]}/a.ics"),
        });
        await using var serving = world;
        await using var service = await house.StartServiceAsync(folder.File("data"));
        using var http = house.ClientOf(service);
        var api = new Api(service, http);

        // It is reached, also behind a redirect, so that what follows is not refused for another reason.
        Assert.Equal(("ok", null), await ReadAsync($"http://world.example:{world.Port}/a.ics"));
        Assert.Equal(("ok", null), await ReadAsync($"http://world.example:{world.Port}/away"));
        // Of two addresses the one is tried that may be.
        Assert.Equal(("ok", null), await ReadAsync($"http://both.example:{world.Port}/a.ics"));
        var reached = world.Requests.Count;

        string[] hosts =
        [
            $"127.0.0.1:{inside.Port}", $"localhost:{inside.Port}", $"[::1]:{inside.Port}", $"[::ffff:127.0.0.1]:{inside.Port}", $"2130706433:{inside.Port}", $"0.0.0.0:{inside.Port}",
            $"board.example:{inside.Port}", $"mapped.example:{inside.Port}", $"192.168.77.1:{inside.Port}", $"{TestHouse.Router}:{world.Port}", $"router.example:{world.Port}",
            $"[{TestHouse.Neighbour}]:{world.Port}", $"neighbour.example:{world.Port}",
        ];
        foreach (var host in hosts)
        {
            Assert.Equal((host, ("failing", "not-public")), (host, await ReadAsync($"http://{host}/a.ics")));
            Assert.Equal((host, ("failing", "not-public")), (host, await ReadAsync($"http://world.example:{world.Port}/{host}")));
            reached++;
        }

        Assert.Equal(("failing", "not-public"), await ReadAsync($"http://world.example:{world.Port}/metadata"));
        Assert.Empty(inside.Requests);
        Assert.Equal(reached + 1, world.Requests.Count);

        async Task<(string, string?)> ReadAsync(string address)
        {
            var feed = (await api.PostAsync("/api/feeds", new { address })).Expect(HttpStatusCode.Created).Id;
            await Api.EventuallyAsync("the feed was tried", async () => await StateAsync(api, feed) is ("ok" or "failing", _) ? "it was" : null);
            return await StateAsync(api, feed);
        }
    }

    private static async Task<(string State, string? Reason)> StateAsync(Api api, string id)
    {
        var feed = (await api.ListAsync("/api/feeds")).Single(f => f.Text("id") == id);
        return (feed.Text("state"), feed.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error.Text("reason") : null);
    }
}
