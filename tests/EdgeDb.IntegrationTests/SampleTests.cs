using System.Net;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class SampleTests(SampleTests.Fixture fixture) : IClassFixture<SampleTests.Fixture>
{
    public sealed class Fixture : ServiceFixture
    {
        protected override string[] Arguments => [.. base.Arguments, "--sample"];
    }

    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task The_sample_household_is_marked_and_goes_with_one_request_while_own_things_stay()
    {
        Assert.True((await _api.GetAsync("/api/household")).Json.Flag("sample"));
        var sampleMember = (await _api.ListAsync("/api/members"))[0];
        var sampleCalendar = (await _api.ListAsync("/api/calendars"))[0];
        Assert.True(sampleMember.Flag("sample") && sampleCalendar.Flag("sample"));
        Assert.NotEmpty((await _api.GetAsync("/api/next")).Items);

        var member = await _api.AddMemberAsync("Own");
        // A person of the sample whom somebody gave a calendar of their own is part of the family now.
        var calendar = await _api.AddCalendarAsync("Own", member, sampleMember.Text("id"));
        var own = await _api.AddEventAsync(new { calendarId = calendar, summary = "Own", start = "2026-03-02T09:00" });
        (await _api.DeleteAsync("/api/sample")).Expect(HttpStatusCode.NoContent);

        Assert.False((await _api.GetAsync("/api/household")).Json.Flag("sample"));
        var members = await _api.ListAsync("/api/members");
        Assert.Equal([sampleMember.Text("id"), member], members.Select(static m => m.Text("id")));
        Assert.All(members, static m => Assert.False(m.Flag("sample")));
        var left = Assert.Single(await _api.ListAsync("/api/calendars"));
        Assert.Equal(calendar, left.Text("id"));
        Assert.Equal([sampleMember.Text("id"), member], left.Texts("members"));
        Assert.Equal([own], (await _api.ListAsync("/api/events")).Select(static e => e.Text("id")));
        (await _api.DeleteAsync("/api/sample")).Expect(HttpStatusCode.NoContent);

        // Asked for the sample again, a household that has something of its own does not get it.
        Assert.Equal(0, await _api.Service.StopAsync());
        await using var again = await ServiceProcess.StartAsync(_api.Service.DataFolder, "--sample");
        Assert.Equal(2, (await new Api(again).ListAsync("/api/members")).Count);
    }

    [Fact]
    public async Task What_people_changed_or_added_within_the_sample_stays_when_it_goes()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.Path, "--sample", "--zone", "Europe/Berlin");
        var api = new Api(service);
        var calendars = await api.ListAsync("/api/calendars");
        var family = calendars.Single(static c => c.Text("name") == "Family").Text("id");
        var anna = (await api.ListAsync("/api/members")).Single(static m => m.Text("name") == "Anna").Text("id");
        (await api.PutAsync($"/api/members/{anna}", new { name = "Maria" })).Expect(HttpStatusCode.OK);
        var own = await api.AddEventAsync(new { calendarId = family, summary = "Choir", start = "2026-03-02T09:00" });
        var dentist = (await api.ListAsync("/api/events")).Single(static e => e.Text("summary") == "Dentist").Text("id");
        (await api.PutAsync($"/api/events/{dentist}", new { summary = "Our dentist", start = "2026-03-03T09:00" })).Expect(HttpStatusCode.OK);

        (await api.DeleteAsync("/api/sample")).Expect(HttpStatusCode.NoContent);

        Assert.Equal(new[] { dentist, own }.Order(StringComparer.Ordinal), (await api.ListAsync("/api/events")).Select(static e => e.Text("id")).Order(StringComparer.Ordinal));
        Assert.Equal(["Anna", "Family"], (await api.ListAsync("/api/calendars")).Select(static c => c.Text("name")).Order(StringComparer.Ordinal));
        Assert.Contains("Maria", (await api.ListAsync("/api/members")).Select(static m => m.Text("name")));
        Assert.False((await api.GetAsync("/api/household")).Json.Flag("sample"));
    }
}
