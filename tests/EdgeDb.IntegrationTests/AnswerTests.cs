using System.IO.Compression;
using System.Net;
using System.Text;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Kept answers as a client sees them: validators, codings, what is dropped when, and that one can do without.</summary>
public sealed class AnswerTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task The_same_question_in_another_spelling_is_answered_from_memory_until_a_write_touches_it()
    {
        var (first, second) = (await _api.AddCalendarAsync("First"), await _api.AddCalendarAsync("Second"));
        var one = $"/api/occurrences?from=2026-05-01&to=2026-05-08&calendar={first}";
        var other = $"/api/occurrences?calendar={second}&to=2026-05-08&from=2026-05-01";
        Assert.Equal("edgedb; fwd=miss", await StatusAsync(one));
        Assert.Equal("edgedb; fwd=miss", await StatusAsync(other));
        Assert.Equal("edgedb; hit", await StatusAsync($"/api/occurrences?calendar={first}&to=2026-05-08&from=2026%2D05-01"));

        var id = await _api.AddEventAsync(new { calendarId = first, summary = "Swim", start = "2026-05-02T09:00" });
        Assert.Equal("edgedb; fwd=miss", await StatusAsync(one));
        Assert.Equal("edgedb; hit", await StatusAsync(other));

        await _api.PutAsync($"/api/events/{id}", new { calendarId = second, summary = "Swim", start = "2026-05-02T09:00" });
        Assert.Equal("edgedb; fwd=miss", await StatusAsync(one));
        Assert.Equal("edgedb; fwd=miss", await StatusAsync(other));
    }

    [Theory]
    [InlineData("gzip, deflate", "gzip")]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("br;q=0, gzip;q=0.000", null)]
    [InlineData("identity", null)]
    [InlineData("", null)]
    public async Task A_body_that_is_wanted_again_travels_in_the_best_coding_that_the_client_takes(string accepted, string? coding)
    {
        var calendar = await _api.AddCalendarAsync("Coded");
        for (var i = 0; i < 20; i++)
            await _api.AddEventAsync(new { calendarId = calendar, summary = $"Event {i} ü", start = "2026-06-02T09:00" });
        var address = $"/api/occurrences?from=2026-06-01&to=2026-06-08&calendar={calendar}";
        var plain = await SendAsync(address, "identity");
        await SendAsync(address, accepted);
        var coded = await SendAsync(address, accepted);

        Assert.Equal(coding, coded.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal("Accept-Encoding", coded.Headers.Vary.Single());
        Assert.Equal(await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), await DecodeAsync(coded, coding));
        // Other bytes have another name, and whoever holds either of them holds the answer.
        Assert.Equal(coding is null, plain.Headers.ETag!.Tag == coded.Headers.ETag!.Tag);
        foreach (var tag in new[] { plain.Headers.ETag.Tag, coded.Headers.ETag.Tag })
        {
            using var confirmed = await SendAsync(address, accepted, tag);
            Assert.Equal(HttpStatusCode.NotModified, confirmed.StatusCode);
            Assert.Equal(tag, confirmed.Headers.ETag!.Tag);
        }
    }

    [Fact]
    public async Task A_long_body_is_coded_for_the_first_who_asks_already()
    {
        var calendar = await _api.AddCalendarAsync("Long");
        for (var i = 0; i < 60; i++)
            await _api.AddEventAsync(new { calendarId = calendar, summary = $"Event {i} of many", start = "2026-06-02T09:00" });

        using var first = await SendAsync($"/api/occurrences?from=2026-06-01&to=2026-06-08&calendar={calendar}", "gzip");

        Assert.Equal("edgedb; fwd=miss", first.Headers.GetValues("Cache-Status").Single());
        Assert.Equal("gzip", first.Content.Headers.ContentEncoding.Single());
        Assert.Contains("Event 59 of many", await DecodeAsync(first, "gzip"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_may_be_kept_by_the_browser_alone_and_is_asked_for_each_time()
    {
        foreach (var address in new[] { "/api/household", "/api/members", "/api/next", "/api/events?limit=1" })
        {
            using var response = await SendAsync(address, "");
            Assert.Equal("private, no-cache", string.Join(", ", response.Headers.GetValues("Cache-Control").SelectMany(static v => v.Split(", ")).Order(StringComparer.Ordinal).Reverse()));
            Assert.NotNull(response.Headers.ETag);
        }
    }

    [Fact]
    public async Task A_refused_question_is_not_remembered()
    {
        var missing = Guid.NewGuid();
        Assert.Equal(HttpStatusCode.NotFound, (await _api.GetAsync($"/api/events/{missing}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.GetAsync("/api/members?limit=0")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.GetAsync("/api/members?limit=1&limit=1")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.GetAsync("/api/members?limit=1%1f")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _api.GetAsync("/api/members?limit=1")).Status);
    }

    private async Task<string> StatusAsync(string address)
    {
        using var response = await SendAsync(address, "");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response.Headers.GetValues("Cache-Status").Single();
    }

    private async Task<HttpResponseMessage> SendAsync(string address, string accepted, string? held = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (accepted.Length > 0)
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        if (held is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", held);
        return await fixture.Api.Service.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string> DecodeAsync(HttpResponseMessage response, string? coding)
    {
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using Stream decoded = coding switch { "br" => new BrotliStream(body, CompressionMode.Decompress), "gzip" => new GZipStream(body, CompressionMode.Decompress), _ => body };
        using var reader = new StreamReader(decoded, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
