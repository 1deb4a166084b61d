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

    private static async Task<(string State, string? Reason)> StateAsync(Api api, string id)
    {
        var feed = (await api.ListAsync("/api/feeds")).Single(f => f.Text("id") == id);
        return (feed.Text("state"), feed.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error.Text("reason") : null);
    }
}
