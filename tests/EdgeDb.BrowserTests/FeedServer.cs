using System.Net;
using System.Text;
using EdgeDb.Tests;

namespace EdgeDb.BrowserTests;

/// <summary>Serves calendars over http on a loopback port, as a school or a club would.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public FeedServer(string calendar)
    {
        Calendar = calendar;
        var port = LoopbackPort.Free();
        Address = new Uri($"http://127.0.0.1:{port}/calendar.ics");
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>The next answer.</summary>
    public string Calendar { get; set; }

    /// <summary>A calendar of these components, each given as its lines.</summary>
    public static string CalendarOf(params string[] components) =>
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//EdgeDb//Tests//EN\r\n"
        + string.Concat(components.Select(static c => c.ReplaceLineEndings("\r\n").Trim() + "\r\n")) + "END:VCALENDAR\r\n";

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                var body = Encoding.UTF8.GetBytes(Calendar);
                context.Response.ContentType = "text/calendar; charset=utf-8";
                context.Response.ContentLength64 = body.Length;
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }
}
