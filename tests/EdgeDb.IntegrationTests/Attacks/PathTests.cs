using System.Net;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Addresses that lead out of the folder of pages, and texts that would become headers.</summary>
public sealed class PathTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private static readonly string[] Ways =
    [
        "/../", "/..%2f", "/%2e%2e/", "/%2e%2e%2f", "/.%2e/", "/..%5c", "/..\\", "/%252e%252e%252f", "/%25%32%65%25%32%65%25%32%66", "/%c0%ae%c0%ae%c0%af", "/%e0%80%ae%e0%80%ae/", "/%uff0e%uff0e%u2215",
        "/....//", "/..;/", "/..%00/", "/..%0d%0a/", "/%ef%bc%8e%ef%bc%8e/", "/./././../", "//../", "/C:/", "/\\\\localhost\\c$\\", "/proc/self/root/", "/assets/../../", "/assets/..%2f..%2f", "/trust/..%2f..%2f", "/api/../../",
    ];

    private readonly Api _api = fixture.Api;

    [Fact]
    public async Task No_address_leads_to_a_file_that_is_not_a_page()
    {
        var index = await _api.Service.Http.GetStringAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        var folder = _api.Service.DataFolder;
        // Relative to the pages, to the executable and to the data folder.
        foreach (var target in new[] { "etc/passwd", "edgedb.db", "keys/master.key", "service.address", "edgedb.dll", "edgedb", folder.TrimStart('/') + "/edgedb.db", folder.TrimStart('/') + "/service.address" })
            foreach (var way in Ways)
                foreach (var deep in new[] { 1, 6 })
                {
                    var path = way + string.Concat(Enumerable.Repeat(way[1..], deep - 1)) + target;
                    using var wire = await Wire.ConnectAsync(new(IPAddress.Loopback, _api.Service.Address.Port));
                    await wire.SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                    var answer = await wire.ReadToEndAsync();
                    var status = Assert.Single(Wire.Statuses(answer));
                    Assert.True(status is 400 or 404 || (status == 200 && answer.EndsWith(index, StringComparison.Ordinal)), $"{path}: {answer}");
                    foreach (var secret in new[] { "root:", "SQLite format", "edbc_", "MZ\u0090", "\u007fELF" })
                        Assert.DoesNotContain(secret, answer, StringComparison.Ordinal);
                }
    }

    [Fact]
    public async Task No_text_that_somebody_gave_becomes_a_header()
    {
        const string Injected = "x\r\nSet-Cookie: a=b\r\n\r\n<script>";
        // What may hold line ends at all is told as text; the rest is refused.
        var calendar = (await _api.PostAsync("/api/calendars", new { name = Injected })) is { Status: HttpStatusCode.Created } made ? made.Id : await _api.AddCalendarAsync("x \"; filename=\"evil.html");
        var added = await _api.PostAsync("/api/events", new { calendarId = calendar, summary = Injected, description = Injected, start = "2026-03-02", allDay = true });
        foreach (var (path, headers) in new[]
        {
            ($"/calendars/{calendar}.ics", ""), ($"/calendars/{calendar}.ics?x=%0d%0aSet-Cookie:%20a=b", ""), ($"/api/calendars", "If-None-Match: \"a\", W/\"%0d%0aSet-Cookie:a=b\"\r\n"),
            ("/api/events?q=%0d%0aSet-Cookie:%20a=b", ""), ("/%0d%0aSet-Cookie:%20a=b", ""), ("/api/nothing%0d%0aSet-Cookie:%20a=b", ""), ("/trust", "Accept-Language: de\u0001\r\n"),
            ("/api/members", "Accept-Encoding: gzip%0d%0aSet-Cookie: a=b\r\n"), ("/api/members", "X-Forwarded-Host: attacker.example\r\nX-Forwarded-Proto: https\r\nForwarded: host=attacker.example\r\n"),
        })
        {
            using var wire = await Wire.ConnectAsync(new(IPAddress.Loopback, _api.Service.Address.Port));
            await wire.SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n\r\n");
            var answer = await wire.ReadToEndAsync();
            var head = answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
            Assert.DoesNotContain("Set-Cookie", head, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("attacker", head, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("evil", head, StringComparison.OrdinalIgnoreCase);
        }

        if (added.Status == HttpStatusCode.Created)
            Assert.DoesNotContain("\nSet-Cookie", (await _api.GetAsync($"/calendars/{calendar}.ics")).Text, StringComparison.Ordinal);
    }
}
