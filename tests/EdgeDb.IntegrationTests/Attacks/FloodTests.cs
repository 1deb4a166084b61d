using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Bodies and feeds that are larger than the board, and clients that take their time: the others are answered, and memory stays what it was.</summary>
public sealed class FloodTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    // What the build without native compilation needs for itself included; a hundred megabytes kept anywhere would show.
    private const int MostMoreMegabytes = 80;
    private const int Megabyte = 1024 * 1024;

    private readonly Api _api = fixture.Api;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IPEndPoint Service => new(IPAddress.Loopback, _api.Service.Address.Port);

    [Fact]
    public async Task A_body_of_100_MB_is_not_taken_whether_or_not_it_says_so()
    {
        var calendar = await _api.AddCalendarAsync("Flooded");
        await _api.ImportAsync(calendar, FeedText.Calendar(FeedText.Event("a", "One", "20260302T090000Z")));
        var before = MegabytesAtMost();
        string[] targets = ["POST /api/members HTTP/1.1\r\nContent-Type: application/json\r\n", $"POST /api/calendars/{calendar}/import HTTP/1.1\r\nContent-Type: text/calendar\r\n", "POST /api/nothing HTTP/1.1\r\n", "GET /api/members HTTP/1.1\r\n"];
        foreach (var target in targets[..2])
        {
            using var wire = await Wire.ConnectAsync(Service);
            await wire.SendAsync($"{target}Host: localhost\r\nContent-Length: {100 * Megabyte}\r\n\r\n");
            Assert.Equal([413], Wire.Statuses(await wire.ReadToEndAsync()));
        }

        await Task.WhenAll(targets.Concat(targets).Select(SendChunksAsync));

        Assert.InRange(MegabytesAtMost(), 0, before + MostMoreMegabytes);
        Assert.Equal(["One"], (await _api.ListAsync($"/api/events?calendar={calendar}")).Select(static e => e.Text("summary")));
        Assert.Empty(await _api.ListAsync("/api/members"));
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "gzip")]
    [InlineData("gzip", "br")]
    [InlineData("deflate", "gzip")]
    public async Task A_bomb_within_a_bomb_is_refused(string inner, string outer)
    {
        // A hundred megabytes of a calendar's blanks; twice compressed it is a few kilobytes.
        var bomb = Compress(outer, Compress(inner, 100));
        Assert.InRange(bomb.Length, 1, Megabyte);
        foreach (var told in new[] { $"{inner}, {outer}", outer, inner })
        {
            var before = MegabytesAtMost();
            await using var server = new FeedServer(_ => new FeedReply(200, bomb, ("Content-Encoding", told), ("Content-Type", "text/calendar")));
            var feed = (await _api.PostAsync("/api/feeds", new { address = server.Address + "/a.ics" })).Expect(HttpStatusCode.Created).Id;

            var state = await Api.EventuallyAsync("the feed was read", async () => await FeedAsync(feed) is { } shown && shown.Text("state") is "ok" or "failing" ? shown.GetRawText() : null);

            Assert.Equal("failing", JsonDocument.Parse(state).RootElement.Text("state"));
            Assert.InRange(MegabytesAtMost(), 0, before + MostMoreMegabytes);
            (await _api.DeleteAsync($"/api/feeds/{feed}")).Expect(HttpStatusCode.NoContent);
        }
    }

    [Fact]
    public async Task Who_never_ends_a_body_is_hung_up_on_and_who_reads_nothing_keeps_nobody_else_waiting()
    {
        var calendar = await _api.AddCalendarAsync("Long");
        var text = new string('x', 20_000);
        var events = Enumerable.Range(0, 450).Select(i => FeedText.Event($"long-{i}", "Long", "20260302T090000Z", $"DESCRIPTION:{text}"));
        (await _api.ImportAsync(calendar, FeedText.Calendar([.. events]))).Expect(HttpStatusCode.OK);
        var (senders, readers) = (new List<Wire>(), new List<Wire>());
        try
        {
            for (var i = 0; i < 8; i++)
            {
                foreach (var rest in new[] { "Content-Length: 50\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n32\r\n{" })
                {
                    senders.Add(await Wire.ConnectAsync(Service));
                    await senders[^1].SendAsync($"POST /api/members HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{rest}");
                }

                readers.Add(await Wire.ConnectAsync(Service));
                readers[^1].Socket.ReceiveBufferSize = 4096;
                await readers[^1].SendAsync($"GET /calendars/{calendar}.ics HTTP/1.1\r\nHost: localhost\r\n\r\n");
            }

            (await _api.GetAsync("/api/members")).Expect(HttpStatusCode.OK);
            foreach (var wire in senders)
                Assert.Equal([408], Wire.Statuses(await wire.ReadToEndAsync()));
            (await _api.GetAsync("/api/members")).Expect(HttpStatusCode.OK);
        }
        finally
        {
            senders.ForEach(static wire => wire.Dispose());
            readers.ForEach(static wire => wire.Dispose());
        }
    }

    /// <summary>A hundred times the same megabyte, or until the service wants no more.</summary>
    private async Task SendChunksAsync(string target)
    {
        using var wire = await Wire.ConnectAsync(Service);
        var megabyte = Encoding.ASCII.GetBytes($"{Megabyte:x}\r\n{new string(' ', Megabyte)}\r\n");
        try
        {
            await wire.SendAsync($"{target}Host: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 100; i++)
                await wire.Stream.WriteAsync(megabyte, Ct);
            await wire.SendAsync("0\r\n\r\n");
        }
        catch (IOException)
        {
            // So it is to be.
        }

        // What was said may be lost with the connection.
        Assert.DoesNotContain(Wire.Statuses(await wire.ReadToEndAsync()), static status => status is 201 or >= 500);
    }

    private async Task<JsonElement?> FeedAsync(string id) => (await _api.ListAsync("/api/feeds")).Find(feed => feed.Text("id") == id) is { ValueKind: JsonValueKind.Object } feed ? feed : null;

    private static byte[] Compress(string coding, int megabytes) => Compress(coding, stream =>
    {
        stream.Write("BEGIN:VCALENDAR\r\n"u8);
        var blanks = new byte[Megabyte];
        for (var i = 0; i < megabytes; i++)
            stream.Write(blanks);
    });

    private static byte[] Compress(string coding, byte[] bytes) => Compress(coding, stream => stream.Write(bytes));

    private static byte[] Compress(string coding, Action<Stream> write)
    {
        var compressed = new MemoryStream();
        using (Stream stream = coding switch
        {
            "gzip" => new GZipStream(compressed, CompressionLevel.Fastest),
            "br" => new BrotliStream(compressed, CompressionLevel.Fastest),
            _ => new ZLibStream(compressed, CompressionLevel.Fastest),
        })
            write(stream);
        return compressed.ToArray();
    }

    /// <summary>The most that the service has had resident so far.</summary>
    private int MegabytesAtMost() => int.Parse(
        File.ReadLines($"/proc/{_api.Service.Id}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
