using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Somebody who talks to a service: by a cookie, by a token, or as nobody.</summary>
/// <param name="service">Whom they talk to.</param>
/// <param name="name">Theirs, in what fails.</param>
/// <param name="header">The header that says who they are; null for nobody.</param>
/// <param name="value">Its value.</param>
/// <param name="from">Another address of this machine than the usual one; all of 127.0.0.0/8 are.</param>
internal sealed class Visitor(ServiceProcess service, string name, string? header = null, string? value = null, IPAddress? from = null) : IDisposable
{
    // No cookies of its own: what is sent is what the test says.
    private readonly HttpClient _http = new(Handler(from)) { BaseAddress = service.Address };

    public string Name { get; } = name;

    public string? Value { get; } = value;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Signs in and becomes who that is.</summary>
    public static async Task<Visitor> SignInAsync(ServiceProcess service, string name, string password)
    {
        using var nobody = new Visitor(service, "nobody");
        var answer = await nobody.SendAsync("POST", "/api/session", new { name, password });
        Assert.True(answer.Status == 200, $"{name} cannot sign in: {answer.Text}");
        return new(service, name, "Cookie", answer.Cookie);
    }

    public static Visitor Bearer(ServiceProcess service, string name, string token) => new(service, name, "Authorization", $"Bearer {token}");

    public async Task<Reply> SendAsync(string method, string address, object? body = null, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (header is not null)
            request.Headers.TryAddWithoutValidation(header, Value);
        if (ifNoneMatch is not null)
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(ifNoneMatch));
        using var response = await _http.SendAsync(request, Ct);
        var headers = string.Join('\n', response.Headers.Concat(response.Content.Headers).Select(static h => $"{h.Key}: {string.Join(", ", h.Value)}"));
        var cookie = response.Headers.TryGetValues("Set-Cookie", out var set) ? set.First().Split(';')[0] : "";
        return new((int)response.StatusCode, headers, await response.Content.ReadAsStringAsync(Ct), response.Headers.ETag?.Tag, cookie);
    }

    /// <summary>Gets what is no text.</summary>
    public async Task<(int Status, byte[] Body)> DownloadAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, UriKind.Relative));
        if (header is not null)
            request.Headers.TryAddWithoutValidation(header, Value);
        using var response = await _http.SendAsync(request, Ct);
        return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(Ct));
    }

    /// <summary>Opens the change stream and reads its greeting.</summary>
    public async Task<StreamReader> ListenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/changes", UriKind.Relative));
        if (header is not null)
            request.Headers.TryAddWithoutValidation(header, Value);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        response.EnsureSuccessStatusCode();
        var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Ct));
        while (await lines.ReadLineAsync(Ct) is { Length: > 0 })
        {
        }

        return lines;
    }

    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler Handler(IPAddress? from)
    {
        var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false };
        if (from is not null)
            handler.ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            };
        return handler;
    }

    /// <param name="Status">HTTP status.</param>
    /// <param name="Headers">One a line.</param>
    /// <param name="Text">Body.</param>
    /// <param name="ETag">In quotes.</param>
    /// <param name="Cookie">The first that was set, as it is to be sent back.</param>
    internal sealed record Reply(int Status, string Headers, string Text, string? ETag, string Cookie)
    {
        public JsonElement Json => JsonDocument.Parse(Text).RootElement;

        public string Id => Json.Text("id");
    }
}
