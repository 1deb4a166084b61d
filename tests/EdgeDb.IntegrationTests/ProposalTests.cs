using System.Net;
using System.Text.Json;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>The tuner over HTTP. It looks at windows of ten seconds and wants three with traffic, so this takes half a minute.</summary>
public sealed class ProposalTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private const string Tuner = "/api/connections/tuner";

    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task A_proposal_is_tried_when_a_person_approves_it_and_taken_back_when_a_person_rejects_it()
    {
        var proposal = await UnderLoadAsync(static p => p.Text("state") == "waiting");
        var id = proposal.Number("id");
        var setting = proposal.Text("tunable");
        Assert.NotEqual(proposal.Number("from"), proposal.Number("to"));

        var approved = (await _api.PostAsync($"{Tuner}/proposals/{id}/approve")).Expect(HttpStatusCode.OK).Json.GetProperty("proposal");
        Assert.Equal("tried", approved.Text("state"));
        Assert.Equal(HttpStatusCode.NotFound, (await _api.PostAsync($"{Tuner}/proposals/{id}/approve")).Status);

        Assert.Equal(JsonValueKind.Null, (await _api.PostAsync($"{Tuner}/proposals/{id}/reject")).Expect(HttpStatusCode.OK).Json.GetProperty("proposal").ValueKind);
        var entry = (await _api.GetAsync($"{Tuner}/history?limit=1")).Items[0];
        Assert.Equal((setting, "rejected"), (entry.Text("tunable"), entry.Text("outcome")));
        var now = (await _api.GetAsync("/api/connections/sqlite")).Json.GetProperty("tunables").EnumerateArray().Single(t => t.Text("id") == setting);
        Assert.Equal(now.Number("configured"), now.Number("value"));
    }

    private async Task<JsonElement> UnderLoadAsync(Func<JsonElement, bool> found)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5), TimeProvider.System);
        while (!deadline.IsCancellationRequested)
        {
            // Reads through the pool each time: answers of the API are kept.
            await _api.GetAsync("/health/ready");
            var proposal = (await _api.GetAsync(Tuner)).Json.GetProperty("proposal");
            if (proposal.ValueKind != JsonValueKind.Null && found(proposal))
                return proposal;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("Waited in vain for a proposal.");
    }
}
