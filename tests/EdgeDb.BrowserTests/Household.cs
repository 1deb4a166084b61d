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
    public static Task<Household> StartAsync(params string[] arguments) => StartInAsync("Europe/Berlin", arguments);

    /// <summary>
    /// Starts it with the sample where it is about noon. The service makes that for the week in which it starts: a page that is to show any of it has to be opened at
    /// <see cref="HouseholdPage.MachineTime"/>.
    /// </summary>
    public static Task<Household> StartWithSampleAsync() => StartInAsync(Noon().Zone, "--sample");

    private static async Task<Household> StartInAsync(string zone, params string[] arguments)
    {
        var folder = new TemporaryFolder();
        arguments = ["--zone", zone, .. arguments];
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

    /// <summary>Adds a timed event by the wall clock of a zone.</summary>
    public Task<string> AddEventAsync(string calendarId, string summary, string start, string end, string zone = "Europe/Berlin") =>
        PostAsync("/api/events", new { calendarId, summary, start, end, allDay = false, zone });

    public Task<string> AddAllDayEventAsync(string calendarId, string summary, string start, string end) =>
        PostAsync("/api/events", new { calendarId, summary, start, end, allDay = true });

    /// <summary>Adds a timed event that repeats.</summary>
    public Task<string> AddSeriesAsync(string calendarId, string summary, string start, string end, string rrule) =>
        PostAsync("/api/events", new { calendarId, summary, start, end, allDay = false, zone = "Europe/Berlin", rrule });

    /// <summary>Adds a timed event with reminders.</summary>
    public Task<string> AddRemindedAsync(string calendarId, string summary, string start, string end, int[] minutes, string? location = null) =>
        PostAsync(
            "/api/events",
            new { calendarId, summary, location, start, end, allDay = false, zone = "Europe/Berlin", reminders = minutes.Select(static minutesBefore => new { minutesBefore }) });

    /// <summary>The events of a calendar.</summary>
    public async Task<IReadOnlyList<JsonElement>> EventsAsync(string calendarId) =>
        [.. JsonDocument.Parse(await GetAsync($"/api/events?calendar={calendarId}")).RootElement.GetProperty("items").EnumerateArray()];

    /// <summary>What a calendar holds, to the letter.</summary>
    public Task<string> TextAsync(string calendarId) => GetAsync($"/calendars/{calendarId}.ics");

    /// <summary>When an event takes place from a day on to another, as <c>2026-11-23T08:00:00Z Title</c>, in order.</summary>
    public async Task<IReadOnlyList<string>> ShownAsync(string calendarId, string from, string to) =>
    [
        .. JsonDocument.Parse(await GetAsync($"/api/occurrences?from={from}&to={to}&zone=Europe/Berlin&calendar={calendarId}")).RootElement.GetProperty("items").EnumerateArray()
            .Select(static o => $"{o.GetProperty("start").GetString()} {o.GetProperty("summary").GetString()}"),
    ];

    /// <summary>Changes an event as somebody else's browser would.</summary>
    public Task ChangeEventAsync(string eventId, object body) => SendAsync(HttpMethod.Put, $"/api/events/{eventId}", body);

    /// <summary>Removes an event as somebody else's browser would.</summary>
    public Task RemoveEventAsync(string eventId) => SendAsync(HttpMethod.Delete, $"/api/events/{eventId}", new { });

    /// <summary>Adds a timed event with every text that it can have.</summary>
    public Task<string> AddWordyEventAsync(string calendarId, string text, string start, string end) =>
        PostAsync("/api/events", new { calendarId, summary = text, location = text, description = text, start, end, allDay = false, zone = "Europe/Berlin" });

    /// <summary>
    /// Moves the household to where it is about noon: whatever the time, no test that is about today runs into the next day. The service goes by the clock of the machine, so
    /// a page that is to agree with it has to be opened at that.
    /// </summary>
    /// <returns>Today there.</returns>
    public async Task<DateOnly> MoveToNoonAsync()
    {
        var (zone, today) = Noon();
        await SendAsync(HttpMethod.Put, "/api/household", new { zone });
        return today;
    }

    /// <summary>Where it is about noon, and which day it is there.</summary>
    public static (string Zone, DateOnly Today) Noon()
    {
        var now = HouseholdPage.MachineTime;
        // Those names count westward.
        return (string.Create(CultureInfo.InvariantCulture, $"Etc/GMT{now.Hour - 12:+0;-0;+0}"), DateOnly.FromDateTime(now));
    }

    public Task<string> AddListAsync(string name, params string[] members) => PostAsync("/api/calendars", new { name, color = "#15803d", members, holds = "tasks" });

    /// <summary>Adds to a list: <c>new { calendarId, summary, … }</c>.</summary>
    public Task<string> AddTaskAsync(object task) => PostAsync("/api/tasks", task);

    /// <summary>The entries of a list in their order.</summary>
    public async Task<IReadOnlyList<JsonElement>> TasksAsync(string listId) =>
        [.. JsonDocument.Parse(await GetAsync($"/api/tasks?calendar={listId}")).RootElement.GetProperty("items").EnumerateArray()];

    /// <summary>When and by whom a task was done.</summary>
    public async Task<IReadOnlyList<JsonElement>> DoneAsync(string taskId) =>
        [.. JsonDocument.Parse(await GetAsync($"/api/tasks/{taskId}/done")).RootElement.GetProperty("items").EnumerateArray()];

    /// <summary>Does a task as somebody else's browser would.</summary>
    public Task TickAsync(string taskId, string? due) => SendAsync(HttpMethod.Post, $"/api/tasks/{taskId}/done", new { due });

    /// <summary>Changes a task as somebody else's browser would.</summary>
    public Task ChangeTaskAsync(string taskId, object task) => SendAsync(HttpMethod.Put, $"/api/tasks/{taskId}", task);

    public Task<string> AddNoticeAsync(string text, string? color = null, string? expiresAt = null) => PostAsync("/api/notices", new { text, color, expiresAt });

    /// <summary>What hangs on the noticeboard, the oldest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> NoticesAsync() =>
        [.. JsonDocument.Parse(await GetAsync("/api/notices")).RootElement.GetProperty("items").EnumerateArray()];

    /// <summary>Makes the first owner, as whom the test prepares the rest.</summary>
    public Task ClaimAsync(string name, string password, string? member = null) => SendAsync(HttpMethod.Post, "/api/setup", new { name, password, member });

    /// <summary>Adds an account; as an owner.</summary>
    public Task<string> AddAccountAsync(string name, string role, string password, string? member = null, string? hours = null) =>
        PostAsync("/api/accounts", new { name, role, password, member, hours });

    /// <summary>Gives an account a PIN; as an owner.</summary>
    public Task SetPinAsync(string accountId, string pin) => SendAsync(HttpMethod.Put, $"/api/accounts/{accountId}/pin", new { pin });

    /// <summary>Lets in the device that shows this code; as an owner.</summary>
    public Task PairAsync(string code, string name) => SendAsync(HttpMethod.Post, $"/api/pairings/{code}/approve", new { name });

    /// <summary>Signs the test in anew, after a restart.</summary>
    public Task SignInAsync(string name, string password) => SendAsync(HttpMethod.Post, "/api/session", new { name, password });

    /// <summary>Ends the sessions of an account but the test's own, as somebody who has lost a phone does.</summary>
    public Task SignOutAsync(string accountId) => SendAsync(HttpMethod.Delete, $"/api/sessions?account={accountId}", new { });

    /// <summary>Changes the name of the household.</summary>
    public Task RenameAsync(string name) => SendAsync(HttpMethod.Put, "/api/household", new { name });

    /// <summary>The authority of its own, PEM; for one that answers over https.</summary>
    public Task<string> AuthorityAsync() => GetAsync("/trust/authority.pem");

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    private Task<string> GetAsync(string path) => _service.Http.GetStringAsync(new Uri(path, UriKind.Relative));

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
