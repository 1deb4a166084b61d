using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeDb.Api;
using EdgeDb.Core.Household;

namespace EdgeDb.Commands;

/// <summary>Asks the running service of the same machine. What it refuses ends in a <see cref="HouseholdException"/> with its words.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="credential">Of its file; null when it has none.</param>
internal sealed class ServiceClient(Uri address, string? credential) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // A proxy of the environment knows nothing of this machine.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = address, Timeout = Limit };

    /// <summary>Throws <see cref="HttpRequestException"/> or <see cref="TaskCanceledException"/> when nobody answers.</summary>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, byte[]? json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(await SendAsync(method, path, json), type) ?? throw new HouseholdException(HouseholdError.Invalid, "The service answered nothing.");

    /// <summary>The same for what may be answered without a body; returns what came.</summary>
    public async Task<byte[]> SendAsync(HttpMethod method, string path, byte[]? json)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (credential is not null)
            request.Headers.Authorization = new("Bearer", credential);
        using var response = await _http.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode ? body : throw Refused(response, body);
    }

    /// <summary>Writes what it answers to a stream, while it comes.</summary>
    public async Task DownloadAsync(string path, Stream target)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (credential is not null)
            request.Headers.Authorization = new("Bearer", credential);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode)
            throw Refused(response, await response.Content.ReadAsByteArrayAsync());
        await response.Content.CopyToAsync(target);
    }

    public void Dispose() => _http.Dispose();

    private static HouseholdException Refused(HttpResponseMessage response, byte[] body)
    {
        var problem = JsonSerializer.Deserialize(body, ApiJson.Web.Problem);
        return new(HouseholdError.Invalid, problem?.Detail ?? problem?.Title ?? $"The service answered {(int)response.StatusCode}.");
    }
}
