using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeDb.Tests;

namespace EdgeDb.BrowserTests;

/// <summary>Serves calendars over http on a loopback port, as a school or a club would.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly TaskCompletionSource<HttpListenerContext> _closed = new();
    private readonly Task _serving;

    public FeedServer(string calendar)
    {
        Calendar = calendar;
        (_listener, Address) = Listening();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>The next answer.</summary>
    public string Calendar { get; set; }

    /// <summary>A calendar of these components, each given as its lines.</summary>
    public static string CalendarOf(params string[] components) =>
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//EdgeDb//Tests//EN\r\n"
        + string.Concat(components.Select(static c => c.ReplaceLineEndings("\r\n").Trim() + "\r\n")) + "END:VCALENDAR\r\n";

    /// <summary>An address at which nothing answers for as long as this is held: the port is taken, and nobody listens.</summary>
    public static IDisposable Silent(out Uri address)
    {
        var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        address = new($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}/calendar.ics");
        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        // A listener that is closed just when it is asked for the next request never tells so.
        _closed.TrySetException(new ObjectDisposedException(nameof(FeedServer)));
        _listener.Close();
        await _serving;
    }

    private static (HttpListener Listener, Uri Address) Listening()
    {
        while (true)
        {
            var port = LoopbackPort.Free();
            var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
            try
            {
                listener.Start();
                return (listener, new($"http://127.0.0.1:{port}/calendar.ics"));
            }
            catch (HttpListenerException)
            {
                // Somebody else has taken it since it was found free.
                listener.Close();
            }
        }
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await await Task.WhenAny(_listener.GetContextAsync(), _closed.Task);
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            try
            {
                var body = Encoding.UTF8.GetBytes(Calendar);
                context.Response.ContentType = "text/calendar; charset=utf-8";
                context.Response.ContentLength64 = body.Length;
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // Who asked has gone; others may come.
            }
        }
    }
}
