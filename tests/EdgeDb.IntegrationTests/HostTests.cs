using System.Net;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Names the service answers to: another site's name that was made to point here is none.</summary>
public sealed class HostTests(HostTests.NamedFixture fixture) : IClassFixture<HostTests.NamedFixture>
{
    private readonly Api _api = fixture.Api;

    /// <summary>A service with names of its own.</summary>
    public sealed class NamedFixture : ServiceFixture
    {
        /// <inheritdoc/>
        protected override string[] Arguments => [.. base.Arguments, "--host", "board.example.org", "--host", "second.example.org"];
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8080")]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.178.20:8080")]
    [InlineData("[::1]")]
    [InlineData("[fd00::1]:8080")]
    [InlineData("raspberrypi")]
    [InlineData("raspberrypi.local")]
    [InlineData("raspberrypi.local.:8080")]
    [InlineData("board.home.arpa")]
    [InlineData("edgedb.fritz.box")]
    [InlineData("board.LAN")]
    [InlineData("board.internal")]
    [InlineData("board.example.org")]
    [InlineData("Second.Example.org:443")]
    public async Task A_name_of_a_home_network_or_of_an_option_is_answered(string host) =>
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(HttpMethod.Get, "/api/members", host)).Status);

    [Fact]
    public async Task The_name_of_the_machine_is_answered() =>
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(HttpMethod.Get, "/api/members", Dns.GetHostName())).Status);

    [Theory]
    [InlineData("attacker.example")]
    [InlineData("attacker.example:8080")]
    [InlineData("x.board.example.org")]
    [InlineData("localhost.attacker.example")]
    [InlineData("127.0.0.1.attacker.example")]
    [InlineData("raspberrypi.local.attacker.example")]
    [InlineData("attackerlan.example")]
    public async Task Any_other_name_is_refused_with_the_option_that_allows_it(string host)
    {
        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, "/api/members"), (HttpMethod.Get, "/"), (HttpMethod.Get, "/health/ready"), (HttpMethod.Delete, "/api/sample")])
        {
            var answer = await AskAsync(method, path, host);
            Assert.Equal((HttpStatusCode)421, answer.Status);
            Assert.Equal("urn:edgedb:problem:unknown-host", answer.Json.Text("type"));
            Assert.Contains("--host", answer.Json.Text("detail"), StringComparison.Ordinal);
        }
    }

    private async Task<Answer> AskAsync(HttpMethod method, string path, string host)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Host = host;
        return await _api.SendAsync(request);
    }
}
