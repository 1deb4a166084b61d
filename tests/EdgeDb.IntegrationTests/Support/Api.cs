using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Talks to a service; every answer is held to openapi.json, and none may be a server error.</summary>
internal sealed class Api(ServiceProcess service, HttpClient? http = null)
{
    public ServiceProcess Service { get; } = service;

    /// <summary>Operations that were answered at least once.</summary>
    public HashSet<string> Seen { get; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Task<Answer> GetAsync(string address, string? ifNoneMatch = null) =>
        SendAsync(HttpMethod.Get, address, null, ifNoneMatch is null ? null : ("If-None-Match", ifNoneMatch));

    public Task<Answer> PostAsync(string address, object? body = null) => SendAsync(HttpMethod.Post, address, Json(body));

    public Task<Answer> PutAsync(string address, object body, long? ifMatch = null) => SendAsync(HttpMethod.Put, address, Json(body), IfMatch(ifMatch));

    public Task<Answer> DeleteAsync(string address, long? ifMatch = null) => SendAsync(HttpMethod.Delete, address, null, IfMatch(ifMatch));

    public Task<Answer> ImportAsync(string calendar, string text) => SendAsync(
        HttpMethod.Post, $"/api/calendars/{calendar}/import", new ByteArrayContent(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = new("text/calendar") } });

    /// <summary>All items of a list, page by page.</summary>
    public async Task<List<JsonElement>> ListAsync(string address, int limit = 500)
    {
        var items = new List<JsonElement>();
        var query = address.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        string? next = null;
        do
        {
            var page = (await GetAsync($"{address}{query}limit={limit}{(next is null ? "" : "&cursor=" + next)}")).Expect(HttpStatusCode.OK);
            items.AddRange(page.Items);
            next = page.Next;
        }
        while (next is not null);
        return items;
    }

    public async Task<string> AddMemberAsync(string name) => (await PostAsync("/api/members", new { name })).Expect(HttpStatusCode.Created).Id;

    public async Task<string> AddCalendarAsync(string name, params string[] members) =>
        (await PostAsync("/api/calendars", new { name, members })).Expect(HttpStatusCode.Created).Id;

    /// <summary>Adds an event; returns its id.</summary>
    public async Task<string> AddEventAsync(object body) => (await PostAsync("/api/events", body)).Expect(HttpStatusCode.Created).Id;

    /// <summary>Occurrences of a window, all pages.</summary>
    public Task<List<JsonElement>> OccurrencesAsync(string from, string to, string calendar, string zone = "Europe/Berlin") =>
        ListAsync($"/api/occurrences?from={from}&to={to}&zone={Uri.EscapeDataString(zone)}&calendar={calendar}");

    /// <summary>Asks again until there is an answer, for at most two minutes.</summary>
    public static async Task<T> EventuallyAsync<T>(string what, Func<Task<T?>> ask)
        where T : class
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (true)
        {
            if (await ask() is { } answer)
                return answer;
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"Waited in vain until {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, Cancellation);
        }
    }

    public async Task<Answer> SendAsync(HttpMethod method, string address, HttpContent? content, params (string Name, string Value)?[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, UriKind.Relative)) { Content = content };
        foreach (var header in headers)
            if (header is var (name, value))
                request.Headers.TryAddWithoutValidation(name, value);
        return await SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        var sent = request.Content?.Headers.ContentType?.MediaType == "application/json" ? await request.Content.ReadAsStringAsync(Cancellation) : null;
        using var response = await (http ?? Service.Http).SendAsync(request, Cancellation);
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(static h => h.Key, static h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        var answer = new Answer(response.StatusCode, headers, await response.Content.ReadAsStringAsync(Cancellation));

        var address = new Uri(Service.Address, request.RequestUri!);
        var query = address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static p => p.Split('=')[0]);
        var problems = ApiContract.Instance.Check(
            request.Method.Method, address.AbsolutePath, query, sent, (int)answer.Status, response.Content.Headers.ContentType?.MediaType, answer.Text, headers.Keys);
        Assert.True(problems.Count == 0, $"{request.Method} {address}: {string.Join("; ", problems)}: {answer}");
        Assert.True((int)answer.Status < 500, $"{request.Method} {address}: {answer}\n{Service.Output}");
        if (ApiContract.Instance.Find(request.Method.Method, address.AbsolutePath) is { } operation && (int)answer.Status < 300)
            Seen.Add(operation.Id);
        return answer;
    }

    private static ByteArrayContent? Json(object? body) =>
        body is null ? null : new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static (string, string)? IfMatch(long? version) => version is null ? null : ("If-Match", $"\"{version}\"");
}
