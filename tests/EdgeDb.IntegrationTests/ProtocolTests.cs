using System.Net.Sockets;
using System.Text;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Requests no client library would send.</summary>
public sealed class ProtocolTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Api _api = fixture.Api;

    public static TheoryData<string, int> Requests => new()
    {
        { "GET /api/members HTTP/1.1\r\n\r\n", 400 },
        { "GET /api/members HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
        { "GET /api/members HTTP/1.1\r\nHost: <script>\r\n\r\n", 400 },
        { "GET /api/members HTTP/1.1\r\nHost: a b\r\n\r\n", 400 },
        { "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "GET /api/members/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "GET api/members HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "GET /api/members HTTP/9.9\r\nHost: localhost\r\n\r\n", 505 },
        { "\0\0\0\0\r\n\r\n", 400 },
        { "G\u0001T / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "GET /api/members HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n", 400 },
        { $"GET /{new string('x', 9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414 },
        { $"GET /api/members?q={new string('x', 9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414 },
        { $"GET /api/members HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 20_000)}\r\n\r\n", 431 },
        { $"GET /api/members HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Range(0, 300).Select(static i => $"X{i}: y\r\n"))}\r\n", 431 },
        { "POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n", 400 },
        { "POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400 },
        { "POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n", 400 },
        { "POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n", 413 },
        // 0x41000 bytes of blanks: more than the 256 KB of a JSON body, and nothing said so before.
        { $"POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n41000\r\n{new string(' ', 0x41000)}\r\n0\r\n\r\n", 413 },
        { "POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense\r\n", 400 },
        { "POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: \u00e4\u00f6\r\nContent-Length: 2\r\n\r\n{}", 400 },
        { "GET /api/members HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \"\u0080\u0081\"\r\nConnection: close\r\n\r\n", 400 },
        { "GET http://elsewhere.example/api/members HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400 },
        { "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404 },
        { "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\nConnection: close\r\n\r\n", 421 },
    };

    [Theory, MemberData(nameof(Requests))]
    public async Task A_malformed_request_is_refused_and_the_service_goes_on(string request, int status)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_api.Service.Address.Host, _api.Service.Address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);

        var answer = await new StreamReader(client.GetStream()).ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await _api.GetAsync("/api/members")).Status);
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_its_request_is_no_error()
    {
        foreach (var request in (string[])
            [
                "GET /api/mem",
                "POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"name\":\"x",
                "POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"nam",
                $"POST /api/calendars/{Guid.NewGuid()}/import HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/calendar\r\nContent-Length: 500000\r\n\r\nBEGIN:VCALENDAR\r\n",
            ])
        {
            using var client = new TcpClient { LingerState = new(true, 0) }; // A reset, not a farewell.
            await client.ConnectAsync(_api.Service.Address.Host, _api.Service.Address.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        }

        // The fixture finds no error in the log at the end; nothing was added.
        Assert.Empty(await _api.ListAsync("/api/members"));
    }
}
