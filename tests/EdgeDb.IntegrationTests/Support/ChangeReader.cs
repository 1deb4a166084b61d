using System.Text.Json;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>One client of /api/changes.</summary>
internal sealed class ChangeReader : IDisposable
{
    private readonly HttpClient _http;
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private ChangeReader(HttpClient http, HttpResponseMessage response, StreamReader lines)
    {
        _http = http;
        _response = response;
        _lines = lines;
    }

    /// <summary>Lines of the greeting: what comes before the first change.</summary>
    public List<string> Greeting { get; } = [];

    public string? ContentType => _response.Content.Headers.ContentType?.ToString();

    /// <summary>Opens a stream and reads its greeting. Null, when the service refuses.</summary>
    public static async Task<ChangeReader?> TryOpenAsync(Uri service, string? cookie = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        // A client that is closed hangs up at once, instead of reading for two seconds on what never ends.
        var http = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0, UseCookies = false });
        if (cookie is not null)
            http.DefaultRequestHeaders.TryAddWithoutValidation("Cookie", cookie);
        var response = await http.GetAsync(new Uri(service, "/api/changes"), HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            response.Dispose();
            http.Dispose();
            return null;
        }
        var reader = new ChangeReader(http, response, new StreamReader(await response.Content.ReadAsStreamAsync(cancellation)));
        while (await reader._lines.ReadLineAsync(cancellation) is { Length: > 0 } line)
            reader.Greeting.Add(line);
        return reader;
    }

    /// <summary>Opens a stream, as soon as those of tests before were noticed as closed.</summary>
    public static Task<ChangeReader> OpenAsync(Uri service, string? cookie = null) => Api.EventuallyAsync("there is room for a stream", () => TryOpenAsync(service, cookie));

    /// <summary>The next change; its <c>data</c>, after its <c>id</c> was compared with the version in it.</summary>
    public async Task<JsonElement> NextAsync()
    {
        var message = new List<string>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        // A sign of life comes after 20 s of silence, which a busy machine may need.
        while (await _lines.ReadLineAsync(limit.Token) is { } line && (line.Length > 0 || message.Count == 0))
            if (line.Length > 0 && !line.StartsWith(':'))
                message.Add(line);
        Assert.Equal(["event: change", "id: ", "data: "], message.Select(static l => l.StartsWith("event", StringComparison.Ordinal) ? l : l[..(l.IndexOf(' ', StringComparison.Ordinal) + 1)]));
        var data = JsonDocument.Parse(message[2]["data: ".Length..]).RootElement;
        Assert.Equal(message[1]["id: ".Length..], data.GetProperty("version").GetRawText());
        return data;
    }

    /// <summary>Reads on until a change names the topic.</summary>
    public async Task<JsonElement> NextAsync(string topic)
    {
        while (true)
            if (await NextAsync() is var change && change.Texts("topics").Contains(topic))
                return change;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
        _http.Dispose();
    }
}
