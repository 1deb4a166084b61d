using EdgeDb.Core.Connections;
using EdgeDb.Core.Household;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Limits of the feed client that take too long to wait for in the service.</summary>
public sealed class FeedClientTests
{
    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        await using var server = new FeedServer(static _ => new FeedReply(200, []) { Silent = true });

        Assert.Equal("timeout", await FailureAsync(server.Address + "/a.ics", TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_server_that_stops_in_the_middle_is_given_up()
    {
        await using var server = new FeedServer(static _ => FeedReply.Ok("BEGIN:VCALENDAR\r\n") with { PromisedLength = 1000, KeepsOpen = true });

        Assert.Equal("timeout", await FailureAsync(server.Address + "/a.ics", TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_redirect_that_goes_round_is_given_up()
    {
        await using var server = new FeedServer(static _ => FeedReply.Redirect("/again"));

        Assert.Equal("too-many-redirects", await FailureAsync(server.Address + "/a.ics"));
        Assert.Equal(6, server.Requests.Count);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/a.ics", "unreachable")]
    [InlineData("http://no-such-host.invalid/a.ics", "unknown-host")]
    public async Task What_cannot_be_reached_is_told_apart(string address, string reason) => Assert.Equal(reason, await FailureAsync(address));

    [Fact]
    public async Task A_server_without_a_certificate_we_trust_is_refused()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=localhost", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await using var server = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar()), certificate);

        Assert.Equal("tls", await FailureAsync(server.Address + "/a.ics"));
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")]
    [InlineData("169.254.169.254")]
    [InlineData("192.168.1.1")]
    [InlineData("0.0.0.0")]
    public async Task An_address_of_the_house_or_of_this_machine_is_not_asked(string host)
    {
        await using var server = new FeedServer(static _ => FeedReply.Ok(FeedText.Calendar()));

        Assert.Equal("not-public", await FailureAsync($"http://{host}:{new Uri(server.Address).Port}/a.ics", reach: HttpReach.Internet));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Stopping_the_service_ends_a_request_under_way()
    {
        await using var server = new FeedServer(static _ => new FeedReply(200, []) { Silent = true });
        using var http = new HttpTransport(new HttpLimits(), TimeProvider.System);
        await using var web = new WebEndpoint(http, new HttpLimits(), TimeProvider.System, NullLogger.Instance);
        var client = new FeedClient(new FeedLimits(), web, static () => HttpReach.Anywhere, TimeProvider.System);
        using var stop = new CancellationTokenSource();

        var reading = client.ReadAsync(FeedAddress.Parse(server.Address + "/a.ics", "address", allowFile: false), null, null, null, stop.Token);
        await Api.EventuallyAsync("the request has arrived", () => Task.FromResult(server.Requests.IsEmpty ? null : server));
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static async Task<string> FailureAsync(string address, TimeSpan? timeout = null, HttpReach reach = HttpReach.Anywhere)
    {
        using var http = new HttpTransport(new HttpLimits(), TimeProvider.System);
        await using var web = new WebEndpoint(http, new HttpLimits(), TimeProvider.System, NullLogger.Instance);
        var client = new FeedClient(new FeedLimits { Timeout = timeout ?? TimeSpan.FromSeconds(60) }, web, () => reach, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<FeedFailure>(
            () => client.ReadAsync(FeedAddress.Parse(address, "address", allowFile: false), null, null, null, TestContext.Current.CancellationToken));
        Assert.DoesNotContain("a.ics", failure.Detail, StringComparison.Ordinal);
        return failure.Reason;
    }
}
