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
        var calendar = await _api.AddCalendarAsync("Own", member, sampleMember.Text("id"));
        var own = await _api.AddEventAsync(new { calendarId = calendar, summary = "Own", start = "2026-03-02T09:00" });
        (await _api.DeleteAsync("/api/sample")).Expect(HttpStatusCode.NoContent);

        Assert.False((await _api.GetAsync("/api/household")).Json.Flag("sample"));
        Assert.Equal([member], (await _api.ListAsync("/api/members")).Select(static m => m.Text("id")));
        var left = Assert.Single(await _api.ListAsync("/api/calendars"));
        Assert.Equal((calendar, member), (left.Text("id"), left.Texts("members").Single()));
        Assert.Equal([own], (await _api.ListAsync("/api/events")).Select(static e => e.Text("id")));
        (await _api.DeleteAsync("/api/sample")).Expect(HttpStatusCode.NoContent);

        // Asked for the sample again, a household that has something of its own does not get it.
        Assert.Equal(0, await _api.Service.StopAsync());
        await using var again = await ServiceProcess.StartAsync(_api.Service.DataFolder, "--sample");
        Assert.Single(await new Api(again).ListAsync("/api/members"));
    }
}
