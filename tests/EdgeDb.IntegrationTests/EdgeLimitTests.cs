using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>A device of the house that asks too much, or holds on to what it gets, keeps nobody else out. Programs of the machine itself have no limits.</summary>
public sealed class EdgeLimitTests : IAsyncLifetime
{
    private const int ConnectionsPerClient = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private ServiceProcess _service = null!;
    private IPEndPoint _fromTheHouse = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await ServiceProcess.StartAsync(_folder.File("data"), "--listen", "*");
        _fromTheHouse = new(HouseAddress.Own, _service.Address.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_device_that_opens_and_holds_connections_is_let_in_to_so_many_and_no_more()
    {
        var held = new List<TcpClient>();
        try
        {
            for (var i = 0; i < ConnectionsPerClient; i++)
            {
                held.Add(await ConnectAsync());
                // Once it has answered it is counted, and may stay open for minutes.
                var stream = held[^1].GetStream();
                await stream.WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Ct);
                Assert.True(await stream.ReadAsync(new byte[1024], Ct) > 0);
            }

            await Api.EventuallyAsync("one more is turned away", async () => await AskAsync() is null ? "so it is" : null);
            Assert.Equal("live", await _service.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative), Ct));

            held[0].Dispose();
            await Api.EventuallyAsync("whoever leaves makes room", AskAsync);
        }
        finally
        {
            held.ForEach(static client => client.Dispose());
        }
    }

    [Fact]
    public async Task Who_never_finishes_a_request_is_hung_up_on()
    {
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync("GET /health/live HTTP/1.1\r\nHost: a"u8.ToArray(), Ct);

        var answer = await new StreamReader(stream, Encoding.ASCII).ReadToEndAsync(Ct).WaitAsync(Patience, Ct);

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_asks_all_the_time_is_told_to_wait_and_the_others_are_not()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{_fromTheHouse}") };
        HttpResponseMessage? refused = null;
        // Several at once: a slow machine must outrun what a second gives back.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = 0; i < 5_000 && refused is null; i++)
                if (await http.GetAsync(new Uri("/health/live", UriKind.Relative), Ct) is { StatusCode: not HttpStatusCode.OK } answer)
                    refused = answer;
        }));

        Assert.Equal(HttpStatusCode.TooManyRequests, refused!.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Ct)).RootElement;
        Assert.Equal("urn:edgedb:problem:too-often", problem.Text("type"));
        Assert.Equal("live", await _service.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative), Ct));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(_fromTheHouse, Ct);
        return client;
    }

    private async Task<string?> AskAsync()
    {
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://{_fromTheHouse}") };
            return await http.GetStringAsync(new Uri("/health/live", UriKind.Relative), Ct);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
