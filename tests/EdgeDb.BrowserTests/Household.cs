using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeDb.Tests;

namespace EdgeDb.BrowserTests;

/// <summary>A running service with a household in Berlin, and the API by which a test prepares it.</summary>
internal sealed class Household : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly string[] _arguments;
    private ServiceProcess _service;

    private Household(TemporaryFolder folder, string[] arguments, ServiceProcess service)
    {
        _folder = folder;
        _arguments = arguments;
        _service = service;
        Address = service.Address;
    }

    public Uri Address { get; }

    /// <param name="arguments">More arguments of <c>serve</c>, such as <c>--sample</c>.</param>
    public static async Task<Household> StartAsync(params string[] arguments)
    {
        var folder = new TemporaryFolder();
        arguments = ["--zone", "Europe/Berlin", .. arguments];
        return new(folder, arguments, await ServiceProcess.StartAsync(folder.Path, arguments));
    }

    /// <summary>Takes the service away, as a power cut would.</summary>
    public Task KillAsync() => _service.KillAsync();

    /// <summary>Brings it back with the same data at the same address.</summary>
    public async Task RestartAsync()
    {
        await _service.DisposeAsync();
        _service = await ServiceProcess.StartAsync(
            _folder.Path, ["--port", Address.Port.ToString(CultureInfo.InvariantCulture), .. _arguments]);
    }

    public Task<string> AddMemberAsync(string name, string color) => PostAsync("/api/members", new { name, color });

    public Task<string> AddCalendarAsync(string name, params string[] members) => PostAsync("/api/calendars", new { name, color = "#2e86ab", members });

    public Task<string> AddCalendarForAsync(string access, string name, params string[] members) =>
        PostAsync("/api/calendars", new { name, color = "#2e86ab", members, access });

    public Task<string> AddFeedAsync(Uri address, string name) => PostAsync("/api/feeds", new { address, name });

    /// <summary>Adds a timed event by the wall clock of the household.</summary>
    public Task<string> AddEventAsync(string calendarId, string summary, string start, string end) =>
        PostAsync("/api/events", new { calendarId, summary, start, end, allDay = false, zone = "Europe/Berlin" });

    public Task<string> AddAllDayEventAsync(string calendarId, string summary, string start, string end) =>
        PostAsync("/api/events", new { calendarId, summary, start, end, allDay = true });

    /// <summary>Adds a timed event with every text that it can have.</summary>
    public Task<string> AddWordyEventAsync(string calendarId, string text, string start, string end) =>
        PostAsync("/api/events", new { calendarId, summary = text, location = text, description = text, start, end, allDay = false, zone = "Europe/Berlin" });

    /// <summary>Makes the first owner, as whom the test prepares the rest.</summary>
    public Task ClaimAsync(string name, string password, string? member = null) => SendAsync(HttpMethod.Post, "/api/setup", new { name, password, member });

    /// <summary>Adds an account; as an owner.</summary>
    public Task<string> AddAccountAsync(string name, string role, string password, string? member = null, string? hours = null) =>
        PostAsync("/api/accounts", new { name, role, password, member, hours });

    /// <summary>Gives an account a PIN; as an owner.</summary>
    public Task SetPinAsync(string accountId, string pin) => SendAsync(HttpMethod.Put, $"/api/accounts/{accountId}/pin", new { pin });

    /// <summary>Lets in the device that shows this code; as an owner.</summary>
    public Task PairAsync(string code, string name) => SendAsync(HttpMethod.Post, $"/api/pairings/{code}/approve", new { name });

    /// <summary>Changes the name of the household.</summary>
    public Task RenameAsync(string name) => SendAsync(HttpMethod.Put, "/api/household", new { name });

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<string> PostAsync(string path, object body) =>
        JsonDocument.Parse(await SendAsync(HttpMethod.Post, path, body)).RootElement.GetProperty("id").GetString()!;

    private async Task<string> SendAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var response = await _service.Http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {answer}");
        return answer;
    }
}
