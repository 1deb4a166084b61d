using System.Net;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>
/// Requests whose end can be understood in two ways: what one server takes for a body, the next takes for a request of somebody else. Each case hides such a request, and none may be answered; in
/// the clear and over TLS.
/// </summary>
public sealed class SmugglingTests(SmugglingTests.Fixture fixture) : IClassFixture<SmugglingTests.Fixture>
{
    private const string Hidden = "hidden-in-a-body";
    private const string Body = "{\"name\":\"x\"}";
    private const string Post = "POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    private const string Farewell = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static readonly string Smuggled = $"POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Hidden.Length + 11}\r\n\r\n{{\"name\":\"{Hidden}\"}}";
    private static readonly string Chunks = $"{Body.Length:x}\r\n{Body}\r\n0\r\n\r\n";

    /// <summary>Both ports of one service.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        internal SecureService Secure { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Secure = await SecureService.StartAsync(_folder);

        public async ValueTask DisposeAsync()
        {
            var output = Secure.Service.Output;
            await Secure.DisposeAsync();
            _folder.Dispose();
            Assert.DoesNotContain(" fail: ", output, StringComparison.Ordinal);
        }
    }

    /// <summary>What is sent, and the statuses that come back: a last one of 200 is of the farewell, so without it the service has hung up.</summary>
    public static TheoryData<string, string, string> Requests => new()
    {
        // Two lengths: the chunks count, and nothing behind them is read (RFC 9112 section 6.3).
        { "a length beside chunks that covers the hidden request", $"{Post}Content-Length: {5 + Smuggled.Length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Smuggled}", "400" },
        { "a length beside chunks that ends within them", $"{Post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{Chunks}{Smuggled}", "201" },
        { "two lengths that differ", $"{Post}Content-Length: {Body.Length}\r\nContent-Length: 5\r\n\r\n{Body}{Smuggled}", "400" },
        { "two lengths that are the same", $"{Post}Content-Length: {Body.Length}\r\nContent-Length: {Body.Length}\r\n\r\n{Body}{Smuggled}", "400" },
        { "two lengths in one line", $"{Post}Content-Length: {Body.Length}, {Body.Length}\r\n\r\n{Body}{Smuggled}", "400" },
        { "a length in hexadecimal", $"{Post}Content-Length: 0xc\r\n\r\n{Body}{Smuggled}", "400" },
        { "a length with a blank in it", $"{Post}Content-Length: 1 2\r\n\r\n{Body}{Smuggled}", "400" },
        { "a length behind a vertical tab", $"{Post}Content-Length: \v12\r\n\r\n{Body}{Smuggled}", "400" },
        { "a coding that nobody knows", $"{Post}Transfer-Encoding: xchunked\r\n\r\n{Chunks}{Smuggled}", "400" },
        { "chunks that are not the last coding", $"{Post}Transfer-Encoding: chunked, identity\r\n\r\n{Chunks}{Smuggled}", "400" },
        { "a coding within the chunks that is not undone here", $"{Post}Transfer-Encoding: gzip, chunked\r\n\r\n{Chunks}", "501 200" },
        { "chunks twice", $"{Post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n{Chunks}", "501 200" },
        { "a coding behind a vertical tab", $"{Post}Transfer-Encoding: \vchunked\r\n\r\n{Chunks}{Smuggled}", "400" },
        { "a coding in a folded line", $"{Post}Transfer-Encoding:\r\n chunked\r\nContent-Length: {Body.Length}\r\n\r\n{Body}{Smuggled}", "400" },
        { "a folded line", $"{Post}X: a\r\n b\r\nContent-Length: {Body.Length}\r\n\r\n{Body}{Smuggled}", "400" },
        { "a blank before the colon of the length", $"{Post}Content-Length : {Body.Length}\r\n\r\n{Body}{Smuggled}", "400" },
        { "a blank before the colon of the coding", $"{Post}Transfer-Encoding : chunked\r\nContent-Length: {Body.Length}\r\n\r\n{Body}{Smuggled}", "400" },
        { "a blank before the first header", $"POST /api/members HTTP/1.1\r\n Host: localhost\r\n\r\n{Smuggled}", "400" },
        { "a carriage return alone in a header", $"GET /api/members HTTP/1.1\r\nHost: localhost\r\nX: a\rContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}", "400" },
        { "an extension of a chunk", $"{Post}Transfer-Encoding: chunked\r\n\r\nc;a=b\r\n{Body}\r\n0\r\n\r\n", "201 200" },
        // Who ends the extension at the line feed reads another length than who does not.
        { "an extension of a chunk with a line feed alone", $"{Post}Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n{Smuggled.Length:x}\r\n{Smuggled}\r\n0\r\n\r\n", "400" },
        { "chunks with line feeds alone", $"{Post}Transfer-Encoding: chunked\r\n\r\nc\n{Body}\n0\n\n{Smuggled}", "400" },
        { "a chunk longer than it says", $"{Post}Transfer-Encoding: chunked\r\n\r\nc\r\n{Body}XX0\r\n\r\n{Smuggled}", "400" },
        { "a chunk with a prefix", $"{Post}Transfer-Encoding: chunked\r\n\r\n0xc\r\n{Body}\r\n0\r\n\r\n{Smuggled}", "400" },
        { "a chunk of less than nothing", $"{Post}Transfer-Encoding: chunked\r\n\r\n-c\r\n{Body}\r\n0\r\n\r\n{Smuggled}", "400" },
        { "a chunk larger than a number", $"{Post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{Body}\r\n0\r\n\r\n{Smuggled}", "400" },
        { "a length behind the chunks", $"{Post}Transfer-Encoding: chunked\r\n\r\nc\r\n{Body}\r\n0\r\nContent-Length: {Smuggled.Length}\r\nHost: attacker.example\r\n\r\n", "201 200" },
        { "a body where none belongs", $"GET /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}", "200 200" },
        { "chunks where none belong", $"GET /api/members HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{Smuggled.Length:x}\r\n{Smuggled}\r\n0\r\n\r\n", "200 200" },
        { "a body of a request that is refused", $"POST /api/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}", "404 200" },
        { "a whole address of another host", "GET http://attacker.example/api/members HTTP/1.1\r\nHost: localhost\r\n\r\n", "400" },
        { "a whole address of another host at home", "GET http://board.lan/api/members HTTP/1.1\r\nHost: localhost\r\n\r\n", "400" },
        { "a whole address with a name in front", "GET http://localhost@attacker.example/api/members HTTP/1.1\r\nHost: localhost\r\n\r\n", "400" },
        { "a whole address of another host and its name", "GET http://attacker.example/api/members HTTP/1.1\r\nHost: attacker.example\r\n\r\n", "421 200" },
        { "two hosts in one line", "GET /api/members HTTP/1.1\r\nHost: localhost, attacker.example\r\n\r\n", "400" },
        { "another method in a header", "GET /api/members HTTP/1.1\r\nHost: localhost\r\nX-HTTP-Method-Override: DELETE\r\n\r\n", "200 200" },
        { "an upgrade to HTTP/2 in the clear", $"GET /api/members HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", "200 200" },
    };

    [Theory, MemberData(nameof(Requests))]
    public async Task A_request_with_two_ends_hides_no_other(string what, string request, string statuses)
    {
        foreach (var secure in new[] { false, true })
        {
            var port = secure ? fixture.Secure.Port : fixture.Secure.Service.Address.Port;
            using var wire = await Wire.ConnectAsync(new(IPAddress.Loopback, port), secure);
            // A whole address says how it has come.
            var sent = secure ? request.Replace("GET http:", "GET https:", StringComparison.Ordinal) : request;
            try
            {
                await wire.SendAsync(sent + Farewell);
            }
            catch (IOException)
            {
                // It did not want all of it.
            }

            var answers = await wire.ReadToEndAsync();

            Assert.True(statuses == string.Join(' ', Wire.Statuses(answers)), $"{what}, {(secure ? "https" : "http")}: {answers}");
            Assert.DoesNotContain(Hidden, answers, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(await new Api(fixture.Secure.Service).ListAsync("/api/members"), static member => member.Text("name") == Hidden);
    }
}
