using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>/metrics of the running service, as Prometheus reads it.</summary>
public sealed partial class MetricsTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    // 13 KB were measured, most of it the request itself and the instruments of the platform; the text has some 40 KB.
    private const long MostBytesAScrape = 32 * 1024;

    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task Promtool_finds_nothing_to_complain_about_after_real_traffic()
    {
        await TrafficAsync();

        Assert.Equal("", await Promtool.CheckAsync(await ScrapeAsync(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Promtool_would_find_a_mistake()
    {
        var text = await ScrapeAsync();

        var mistaken = text.Replace("edgedb_storage_commits_total", "edgedb_storage_commits", StringComparison.Ordinal);

        Assert.Contains("edgedb_storage_commits", await Promtool.CheckAsync(mistaken, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counters_never_fall_and_each_series_is_told_once()
    {
        await TrafficAsync();
        var first = Samples(await ScrapeAsync());
        await TrafficAsync();
        var second = Samples(await ScrapeAsync());

        Assert.InRange(first.Count, 50, 5000);
        foreach (var (series, value) in first.Where(static s => Cumulative().IsMatch(s.Key)))
            Assert.True(second[series] >= value, $"{series}: {value}, then {second[series]}");
        Assert.True(second["edgedb_storage_commits_total"] > first["edgedb_storage_commits_total"]);
        foreach (var origin in (string[])["made", "hit"])
            Assert.True(second[$$"""edgedb_answer_given_total{origin="{{origin}}"}"""] > first[$$"""edgedb_answer_given_total{origin="{{origin}}"}"""], origin);
        Assert.True(second["""edgedb_answer_dropped_total{reason="invalidated"}"""] >= 0 && second["edgedb_answer_kept"] > 0 && second["edgedb_answer_kept_size_bytes"] > 0);
        var reads = """http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/api/members"}""";
        Assert.Equal(5, second[reads] - first[reads]);
    }

    [Fact]
    public async Task Buckets_of_a_histogram_rise_to_its_count()
    {
        await TrafficAsync();
        var samples = Samples(await ScrapeAsync());
        var histograms = 0;
        foreach (var (series, count) in samples.Where(static s => s.Key.Contains("_seconds_count", StringComparison.Ordinal)))
        {
            // Also of a bucket: all labels but le.
            var start = series.Replace("_seconds_count", "_seconds_bucket", StringComparison.Ordinal).TrimEnd('}');
            var buckets = samples.Where(s => s.Key.StartsWith(start, StringComparison.Ordinal) && s.Key[start.Length..] is ['{' or ',', 'l', 'e', ..]).Select(static s => s.Value).ToList();
            if (buckets.Count == 0)
                continue; // A summary has none.
            Assert.Equal(buckets.Order(), buckets);
            Assert.Equal(count, buckets[^1]);
            histograms++;
        }

        Assert.InRange(histograms, 3, 1000);
    }

    [Fact]
    public async Task What_the_service_did_is_in_the_numbers()
    {
        var feed = (await _api.PostAsync("/api/feeds", new { address = "http://127.0.0.1:1/private/secret.ics", name = "Nobody there" })).Expect(HttpStatusCode.Created).Id;
        var failures = $$"""edgedb_feed_consecutive_failures{feed="{{feed}}"}""";
        var samples = await Api.EventuallyAsync(
            "the feed has failed", async () => Samples(await ScrapeAsync()) is var read && read.GetValueOrDefault(failures) > 0 ? read : null);

        Assert.Equal(1, samples["""edgedb_build_info{sqlite_version="3.50.4",version="0.1.0"}"""]);
        Assert.InRange(samples["edgedb_storage_file_size_bytes"], 4096, 1 << 30);
        Assert.InRange(samples["edgedb_storage_log_size_bytes"], 0, 1 << 30);
        Assert.InRange(samples["dotnet_process_memory_working_set_bytes"], 1 << 20, 1L << 32);
        // Rounded to a second, so up to half a second ahead of a service that has only just begun.
        Assert.InRange(samples["process_start_time_seconds"], TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeSeconds(), TimeProvider.System.GetUtcNow().AddSeconds(1).ToUnixTimeSeconds());
        Assert.InRange(samples["process_threads"], 2, 500);
        Assert.InRange(samples["process_unix_file_descriptors"], 5, 5000);

        // One that is gone is no longer told, and addresses are secrets.
        (await _api.DeleteAsync($"/api/feeds/{feed}")).Expect(HttpStatusCode.NoContent);
        var text = await ScrapeAsync();
        Assert.DoesNotContain(feed, text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_roll_out_of_each_feature_is_told_as_it_is_now()
    {
        const string Batching = "edgedb_feature_rollout_percent{feature=\"batching\"}";
        const string Caching = "edgedb_feature_rollout_percent{feature=\"caching\"}";
        Assert.Equal((100, 100), await RolloutsAsync());
        (await _api.PutAsync("/api/config/features.batching.percent", new { value = "30" })).Expect(HttpStatusCode.OK);
        (await _api.PutAsync("/api/config/features.caching.enabled", new { value = "false" })).Expect(HttpStatusCode.OK);
        try
        {
            Assert.Equal((30, 0), await RolloutsAsync());
            (await _api.PutAsync("/api/config/features.off", new { value = "true" })).Expect(HttpStatusCode.OK);
            Assert.Equal((0, 0), await RolloutsAsync());
        }
        finally
        {
            foreach (var name in (string[])["off", "batching.percent", "caching.enabled"])
                await _api.DeleteAsync($"/api/config/features.{name}");
        }

        async Task<(double Batching, double Caching)> RolloutsAsync() => Samples(await ScrapeAsync()) is var read ? (read[Batching], read[Caching]) : default;
    }

    [Fact]
    public async Task A_scrape_of_a_busy_service_allocates_less_than_its_bound()
    {
        const int Scrapes = 50;
        await TrafficAsync();
        for (var i = 0; i < 5; i++)
            await ScrapeAsync();

        var before = Allocated(await ScrapeAsync());
        for (var i = 1; i < Scrapes; i++)
            await ScrapeAsync();
        var each = (Allocated(await ScrapeAsync()) - before) / Scrapes;

        TestContext.Current.TestOutputHelper?.WriteLine($"{each:0} B a scrape");
        Assert.InRange(each, 0, MostBytesAScrape);

        static double Allocated(string text) => Samples(text)["dotnet_gc_heap_total_allocated_bytes_total"];
    }

    [Fact]
    public async Task The_page_is_for_this_household_and_takes_no_parameters()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.GetAsync("/metrics?name=x")).Status);
        Assert.Equal((HttpStatusCode)421, (await _api.SendAsync(HttpMethod.Get, "/metrics", null, ("Host", "evil.example.com"))).Status);
        var answer = await _api.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Headers["Content-Type"]);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
    }

    [Fact]
    public async Task Every_family_stands_in_one_row_of_the_readme_and_no_row_is_without_one()
    {
        var feed = (await _api.PostAsync("/api/feeds", new { address = "http://127.0.0.1:1/x.ics" })).Expect(HttpStatusCode.Created).Id;
        await TrafficAsync();
        var families = Family().Matches(await ScrapeAsync()).Select(static m => m.Groups[1].Value).ToList();
        await _api.DeleteAsync($"/api/feeds/{feed}");
        var readme = await File.ReadAllTextAsync(Repository.Path("README.md"), TestContext.Current.CancellationToken);
        var patterns = ReadmeRow().Matches(readme[readme.IndexOf("## Metrics", StringComparison.Ordinal)..])
            .SelectMany(static row => ReadmeName().Matches(row.Groups[1].Value)).Select(static m => m.Groups[1].Value).ToList();

        Assert.NotEmpty(patterns);
        Assert.All(families, family => Assert.Single(patterns, pattern => IsIn(family, pattern)));
        Assert.All(patterns, pattern => Assert.Contains(families, family => IsIn(family, pattern)));

        static bool IsIn(string family, string pattern) => pattern.EndsWith('*') ? family.StartsWith(pattern[..^1], StringComparison.Ordinal) : family == pattern;
    }

    private async Task TrafficAsync()
    {
        var calendar = await _api.AddCalendarAsync("Measured");
        var id = await _api.AddEventAsync(new { calendarId = calendar, summary = "Choir", start = "2026-01-05T19:00", zone = "Europe/Berlin", rrule = "FREQ=WEEKLY;COUNT=5" });
        for (var i = 0; i < 5; i++)
        {
            (await _api.GetAsync("/api/members")).Expect(HttpStatusCode.OK);
            (await _api.GetAsync($"/api/events/{id}")).Expect(HttpStatusCode.OK);
            await _api.OccurrencesAsync("2026-01-01", "2026-02-01", calendar);
        }
        (await _api.GetAsync($"/api/events/{Guid.NewGuid()}")).Expect(HttpStatusCode.NotFound);
        (await _api.PostAsync("/api/members", new { name = "" })).Expect(HttpStatusCode.BadRequest);
        await _api.GetAsync("/api/nowhere");
        (await _api.DeleteAsync($"/api/calendars/{calendar}?events=delete")).Expect(HttpStatusCode.NoContent);
    }

    private async Task<string> ScrapeAsync() => (await _api.GetAsync("/metrics")).Expect(HttpStatusCode.OK).Text;

    private static Dictionary<string, double> Samples(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line[0] != '#').ToDictionary(
            static line => line[..line.LastIndexOf(' ')],
            static line => line[(line.LastIndexOf(' ') + 1)..] is var value && value == "NaN" ? double.NaN : double.Parse(value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"_total(\{|$)|_(bucket|count|sum)(\{|$)")]
    private static partial Regex Cumulative();

    [GeneratedRegex(@"^# TYPE (\S+)", RegexOptions.Multiline)]
    private static partial Regex Family();

    [GeneratedRegex(@"^\| (`[a-z_*]+`(?:, `[a-z_*]+`)*) \|", RegexOptions.Multiline)]
    private static partial Regex ReadmeRow();

    [GeneratedRegex("`([a-z_*]+)`")]
    private static partial Regex ReadmeName();
}
