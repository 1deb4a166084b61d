using System.Globalization;
using System.Text;
using System.Threading.Channels;
using EdgeDb.Core.Storage;

namespace EdgeDb.Api;

/// <summary>
/// Tells browsers what was committed (server-sent events). A client that reads slowly loses nothing: what it has not been
/// told yet is joined into one message, and after a reconnect every client reads everything anew.
/// </summary>
internal sealed class ChangeStream : IDisposable
{
    /// <summary>Streams at once; a household has fewer browsers, and each holds a connection.</summary>
    public const int MaxClients = 64;

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly Lock _lock = new();
    private readonly List<Client> _clients = [];

    public ChangeStream(SqliteDatabase database, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        _database = database;
        _time = time;
        _stopping = lifetime.ApplicationStopping;
        database.Committed += OnCommitted;
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/api/changes", HttpReads.Methods, static (HttpContext context, ChangeStream stream) => stream.ServeAsync(context))
            .DisableHttpMetrics(); // How long a browser stays is no latency.

    public void Dispose() => _database.Committed -= OnCommitted;

    private async Task ServeAsync(HttpContext context)
    {
        _ = new RequestReader(context.Request);
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        if (HttpMethods.IsHead(context.Request.Method))
            return; // Its answer ends with the headers, and takes no stream's place.
        var client = new Client();
        lock (_lock)
        {
            if (_clients.Count >= MaxClients)
                throw new ProblemException(503, "busy", "Too many open streams", $"At most {MaxClients} change streams may be open.");
            _clients.Add(client);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
        try
        {
            await WriteAsync(context, string.Create(CultureInfo.InvariantCulture, $"retry: 2000\nid: {_database.CommitVersion}\nevent: hello\ndata: {{}}\n\n"), stop.Token);
            while (true)
            {
                using var quiet = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
                using var timer = _time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), quiet, KeepAlive, Timeout.InfiniteTimeSpan);
                string message;
                try
                {
                    await client.Signal.Reader.ReadAsync(quiet.Token);
                    message = Message(client);
                }
                catch (OperationCanceledException) when (!stop.IsCancellationRequested)
                {
                    message = ": keep-alive\n\n";
                }
                await WriteAsync(context, message, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The browser left or the service stops.
        }
        finally
        {
            lock (_lock)
                _clients.Remove(client);
        }
    }

    private void OnCommitted(StorageCommit commit)
    {
        if (commit.Topics.Count == 0)
            return;
        lock (_lock)
        {
            foreach (var client in _clients)
            {
                client.Version = commit.Version;
                foreach (var touched in commit.Topics)
                    client.Topics.Add(StorageCommit.TopicOf(touched).ToString());
                client.Signal.Writer.TryWrite(true);
            }
        }
    }

    private string Message(Client client)
    {
        lock (_lock)
        {
            var topics = string.Join(',', client.Topics.Select(static t => $"\"{t}\""));
            client.Topics.Clear();
            return string.Create(
                CultureInfo.InvariantCulture,
                $"event: change\nid: {client.Version}\ndata: {{\"version\":{client.Version},\"topics\":[{topics}]}}\n\n");
        }
    }

    private static async Task WriteAsync(HttpContext context, string message, CancellationToken cancellationToken)
    {
        await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(message), cancellationToken);
        await context.Response.BodyWriter.FlushAsync(cancellationToken);
    }

    private sealed class Client
    {
        // One slot: further commits before the client is told are joined in Topics.
        public Channel<bool> Signal { get; } = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public SortedSet<string> Topics { get; } = new(StringComparer.Ordinal);

        public long Version { get; set; }
    }
}
