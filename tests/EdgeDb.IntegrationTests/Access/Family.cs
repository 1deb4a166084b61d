using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>
/// A service with a claimed household: Ada owns it, Ben is an adult, Mia a child, Gus and Tam are guests, there is a tablet on the wall and a thermostat with a token. Everything that somebody must not see
/// holds a word that says who.
/// </summary>
public sealed class Family : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    /// <summary>In titles, places, notes and names that only adults may see.</summary>
    public const string OfAdults = "zqadults";

    /// <summary>In what only Ben may see.</summary>
    public const string OfBen = "zqben";

    /// <summary>In private events of Mia's calendar.</summary>
    public const string OfMia = "zqmia";

    /// <summary>In what the whole house sees.</summary>
    public const string OfHouse = "zqhouse";

    private readonly TemporaryFolder _folder = new();

    internal ServiceProcess Service { get; private set; } = null!;

    internal Visitor Nobody { get; private set; } = null!;

    internal Visitor Ada { get; private set; } = null!;

    internal Visitor Ben { get; private set; } = null!;

    internal Visitor Mia { get; private set; } = null!;

    internal Visitor Gus { get; private set; } = null!;

    internal Visitor Wall { get; private set; } = null!;

    internal Visitor Thermostat { get; private set; } = null!;

    /// <summary>A token that reads the household's name and no more. One for all tests: a household has at most 100 tokens, and there are more endpoints.</summary>
    internal Visitor Narrow { get; private set; } = null!;

    /// <summary>Calendars by their name, events by their title's first word.</summary>
    internal Dictionary<string, string> Ids { get; } = [];

    internal IEnumerable<Visitor> Everybody => [Ada, Ben, Mia, Gus, Wall, Thermostat];

    public async ValueTask InitializeAsync()
    {
        Service = await ServiceProcess.StartAsync(_folder.File("data"));
        Nobody = new(Service, "nobody");
        await SeedAsync();
        var claimed = await Nobody.SendAsync("POST", "/api/setup", new { name = "Ada", password = Password, member = Ids["Ada"] });
        Assert.True(claimed.Status == 201, claimed.Text);
        Ada = new(Service, "owner", "Cookie", claimed.Cookie);
        foreach (var (name, role) in new[] { ("Ben", "adult"), ("Mia", "child"), ("Gus", "guest"), ("Tam", "guest") })
        {
            var added = await Ada.SendAsync(
                "POST", "/api/accounts", Ids.TryGetValue(name, out var member) ? new { name, role, password = Password, member } : (object)new { name, role, password = Password });
            Assert.True(added.Status == 201, added.Text);
            Ids.Add("account " + name, added.Id);
        }

        Ben = await Visitor.SignInAsync(Service, "Ben", Password);
        Mia = await Visitor.SignInAsync(Service, "Mia", Password);
        Gus = await Visitor.SignInAsync(Service, "Gus", Password);
        Wall = await PairAsync();
        Narrow = await TokenAsync("narrow", "household:read");
        Thermostat = await TokenAsync("thermostat", "household:read members:read calendars:read calendars:add calendars:change events:read events:add events:change events:delete "
            + "notices:read notices:add notices:change notices:delete tasks:read tasks:add tasks:change tasks:delete feeds:read feeds:change settings:read operations:read audit:read backups:read backups:add sessions:read");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var visitor in Everybody.Append(Nobody).Append(Narrow))
            visitor.Dispose();
        await Service.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>An API token of Ada's with these scopes.</summary>
    internal async Task<Visitor> TokenAsync(string name, string scopes)
    {
        var made = await Ada.SendAsync("POST", "/api/tokens", new { name, scopes = scopes.Split(' ') });
        Assert.True(made.Status == 201, made.Text);
        return Visitor.Bearer(Service, name, made.Json.Text("token"));
    }

    private async Task<Visitor> PairAsync()
    {
        var asked = (await Nobody.SendAsync("POST", "/api/pairings")).Json;
        var code = asked.Text("code");
        var approved = await Ada.SendAsync("POST", $"/api/pairings/{code}/approve", new { name = "Kitchen" });
        Assert.True(approved.Status is 200 or 201 or 204, approved.Text);
        var paired = await Nobody.SendAsync("POST", $"/api/pairings/{code}/session", new { secret = asked.Text("secret") });
        Assert.True(paired.Status is 200 or 201, paired.Text);
        return new(Service, "wall", "Cookie", paired.Cookie);
    }

    // While nobody has claimed it, everybody may.
    private async Task SeedAsync()
    {
        foreach (var name in new[] { "Ada", "Ben", "Mia" })
            Ids.Add(name, await AddAsync("/api/members", new { name }));
        await CalendarAsync("Family", "household", "events", OfHouse, Ids["Ada"], Ids["Ben"], Ids["Mia"]);
        await CalendarAsync("Adults", "adults", "events", OfAdults, Ids["Ada"], Ids["Ben"]);
        await CalendarAsync("Bens", "private", "events", OfBen, Ids["Ben"]);
        await CalendarAsync("Mias", "household", "events", OfHouse, Ids["Mia"]);
        await EventAsync("Family", "Swim", OfHouse, 9);
        await EventAsync("Adults", "Gifts", OfAdults, 10);
        await EventAsync("Bens", "Doctor", OfBen, 11);
        await EventAsync("Mias", "Diary", OfMia, 12, isPrivate: true);
        // Of what is long over no occurrences are kept.
        await EventAsync("Mias", "Crib", OfMia, 12, isPrivate: true, day: "2016-03-02");
        await EventAsync("Mias", "Chess", OfHouse, 13);
        await EventAsync("Bens", "Deleted", OfBen, 14);
        var deleted = await Nobody.SendAsync("DELETE", $"/api/events/{Ids["Deleted"]}");
        Assert.Equal(204, deleted.Status);
        await AddAsync("/api/notices", new { text = $"Grandma comes {OfHouse}" });
        await CalendarAsync("Shopping", "household", "tasks", OfHouse);
        await CalendarAsync("GiftList", "adults", "tasks", OfAdults, Ids["Ada"], Ids["Ben"]);
        await CalendarAsync("BensList", "private", "tasks", OfBen, Ids["Ben"]);
        await CalendarAsync("MiasList", "household", "tasks", OfHouse, Ids["Mia"]);
        await TaskAsync("Shopping", "Milk", OfHouse);
        await TaskAsync("GiftList", "Bicycle", OfAdults);
        await TaskAsync("BensList", "Laces", OfBen);
        await TaskAsync("MiasList", "Letter", OfMia, isPrivate: true);
        await TaskAsync("GiftList", "Thrown", OfAdults);
        var thrown = await Nobody.SendAsync("DELETE", $"/api/tasks/{Ids["Thrown"]}");
        Assert.Equal(204, thrown.Status);
    }

    private async Task TaskAsync(string list, string title, string mark, bool isPrivate = false) =>
        Ids.Add(title, await AddAsync("/api/tasks", new { calendarId = Ids[list], summary = $"{title} {mark}", description = $"notes {mark}", due = "2026-03-02T18:00", reminders = new[] { new { minutesBefore = 30 } }, @private = isPrivate }));

    private async Task CalendarAsync(string name, string access, string holds, string mark, params string[] members) =>
        Ids.Add(name, await AddAsync("/api/calendars", new { name = $"{name} {mark}", access, holds, members }));

    private async Task EventAsync(string calendar, string title, string mark, int hour, bool isPrivate = false, string day = "2026-03-02") =>
        Ids.Add(title, await AddAsync("/api/events", new
        {
            calendarId = Ids[calendar],
            summary = $"{title} {mark}",
            location = $"place {mark}",
            description = $"notes {mark}",
            start = $"{day}T{hour:00}:00",
            end = $"{day}T{hour:00}:30",
            rrule = "FREQ=WEEKLY;COUNT=3",
            reminders = new[] { new { minutesBefore = 10 } },
            @private = isPrivate,
        }));

    private async Task<string> AddAsync(string address, object body)
    {
        var added = await Nobody.SendAsync("POST", address, body);
        Assert.True(added.Status == 201, added.Text);
        return added.Id;
    }
}
