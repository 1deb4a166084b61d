using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>What leaves the house with a request to somebody else's server.</summary>
public sealed class LeavingTests
{
    private static readonly string[] Headers = ["Host", "User-Agent", "Accept", "Accept-Encoding", "Connection", "If-None-Match", "If-Modified-Since"];

    [Fact]
    public async Task A_feeds_server_is_told_the_version_of_the_program_and_nothing_of_who_reads_it()
    {
        await using var server = new FeedServer(static _ => FeedReply.Ok("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", ("ETag", "\"1\"")));
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.File("data"));
        var api = new Api(service);
        await api.PutAsync("/api/household", new { name = "Quarkhouse" });
        var member = await api.AddMemberAsync("Zanzibarquark");
        var feed = (await api.PostAsync("/api/feeds", new { address = server.Address + "/a.ics", name = "Quark's school", members = new[] { member } })).Id;
        await Api.EventuallyAsync("the feed was read", () => Task.FromResult(server.Requests.IsEmpty ? null : ""));
        // Again, with what its server has said the first time.
        await Api.EventuallyAsync("the first reading is over", async () => (await api.GetAsync("/api/feeds")).Items[0].Text("state") == "ok" ? "" : null);
        await api.PostAsync($"/api/feeds/{feed}/refresh");
        await Api.EventuallyAsync("the feed was read again", () => Task.FromResult(server.Requests.Count < 2 ? null : ""));

        foreach (var request in server.Requests)
        {
            Assert.Empty(request.Headers.Keys.Except(Headers, StringComparer.OrdinalIgnoreCase));
            Assert.Equal("EdgeDb/1", request.Headers["User-Agent"]);
            Assert.DoesNotContain("quark", string.Join('\n', request.Headers.Values), StringComparison.OrdinalIgnoreCase);
        }
    }
}
