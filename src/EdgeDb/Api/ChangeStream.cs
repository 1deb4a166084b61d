using System.Globalization;
using System.Text;
using System.Threading.Channels;
using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;

namespace EdgeDb.Api;

/// <summary>
/// Tells browsers what was committed (server-sent events), as far as who has come may read it. A client that reads slowly loses nothing: what it has not been
/// told yet is joined into one message, and after a reconnect every client reads everything anew.
/// </summary>
internal sealed class ChangeStream : IDisposable
{
    /// <summary>Streams at once; a household has fewer browsers, and each holds a connection.</summary>
    public const int MaxClients = 64;

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, AccessDomain> Domains = new(StringComparer.Ordinal)
    {
        [Topics.Household] = AccessDomain.Household,
        [Topics.Members] = AccessDomain.Members,
        [Topics.Calendars] = AccessDomain.Calendars,
        [Topics.Feeds] = AccessDomain.Feeds,
        [Topics.Occurrences] = AccessDomain.Events,
        [Topics.Tasks] = AccessDomain.Tasks,
        [Topics.Notices] = AccessDomain.Notices,
    };

    private readonly SqliteDatabase _database;
    private readonly HouseholdStore _household;
    private readonly Authenticator _authenticator;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly Lock _lock = new();
    private readonly List<Client> _clients = [];

    public ChangeStream(SqliteDatabase database, HouseholdStore household, AccountServices accounts, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        _database = database;
        _household = household;
        _authenticator = accounts.Authenticator;
        _time = time;
        _stopping = lifetime.ApplicationStopping;
        database.Committed += OnCommitted;
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/api/changes", HttpReads.Methods, static (HttpContext context, ChangeStream stream) => stream.ServeAsync(context))
            .Requires(AccessDomain.Events, AccessVerb.Read)
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
        var client = new Client(context.Ticket().Principal!);
        lock (_lock)
        {
            if (_clients.Count >= MaxClients)
                throw new ProblemException(503, "busy", "Too many open streams", $"At most {MaxClients} change streams may be open.");
            _clients.Add(client);
        }

        // Also when who listens may not any more: a lost phone that was put out must be told nothing.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping, _authenticator.Watch(client.Principal));
        try
        {
            client.Version = client.SeesAll ? _database.CommitVersion : 0;
            await WriteAsync(context, string.Create(CultureInfo.InvariantCulture, $"retry: 2000\nid: {client.Version}\nevent: hello\ndata: {{}}\n\n"), stop.Token);
            while (true)
            {
                using var quiet = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
                using var timer = _time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), quiet, KeepAlive, Timeout.InfiniteTimeSpan);
                string? message;
                try
                {
                    await client.Signal.Reader.ReadAsync(quiet.Token);
                    message = await MessageAsync(client, stop.Token);
                }
                catch (OperationCanceledException) when (!stop.IsCancellationRequested)
                {
                    message = ": keep-alive\n\n";
                }
                if (message is not null)
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
                if (client.SeesAll)
                    client.Version = commit.Version;
                foreach (var touched in commit.Topics)
                    client.Touched.Add(client.SeesAll ? StorageCommit.TopicOf(touched).ToString() : touched);
                client.Signal.Writer.TryWrite(true);
            }
        }
    }

    private async ValueTask<string?> MessageAsync(Client client, CancellationToken cancellationToken)
    {
        string[] touched;
        long version;
        lock (_lock)
        {
            touched = [.. client.Touched];
            version = client.Version;
            client.Touched.Clear();
        }

        IEnumerable<string> topics = touched;
        if (!client.SeesAll)
        {
            topics = await ReadableAsync(client.Principal, touched, cancellationToken);
            // Counted for itself: the number of commits would tell of what the viewer does not see.
            version = client.Version += topics.Any() ? 1 : 0;
        }

        return topics.Any()
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"event: change\nid: {version}\ndata: {{\"version\":{version},\"topics\":[{string.Join(',', topics.Select(static t => $"\"{t}\""))}]}}\n\n")
            : null;
    }

    /// <summary>The topics that somebody may read, without what was touched only in calendars of which they see nothing.</summary>
    private async ValueTask<IReadOnlyCollection<string>> ReadableAsync(Principal principal, string[] touched, CancellationToken cancellationToken)
    {
        var rows = touched.Where(static t => StorageCommit.TopicOf(t).Length < t.Length)
            .Select(static t => t[(t.IndexOf(StorageCommit.RowSeparator) + 1)..]).ToHashSet(StringComparer.Ordinal);
        var noticed = rows.Count == 0 ? rows : await _household.NoticedCalendarsAsync(principal.Sight, rows, cancellationToken);
        var readable = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var one in touched)
        {
            var topic = StorageCommit.TopicOf(one).ToString();
            if (Domains.TryGetValue(topic, out var domain) && principal.Extent(domain, AccessVerb.Read) != AccessExtent.None
                && (topic.Length == one.Length || noticed.Contains(one[(topic.Length + 1)..])))
                readable.Add(topic);
        }

        return readable;
    }

    private static async Task WriteAsync(HttpContext context, string message, CancellationToken cancellationToken)
    {
        await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(message), cancellationToken);
        await context.Response.BodyWriter.FlushAsync(cancellationToken);
    }

    private sealed class Client(Principal principal)
    {
        public Principal Principal { get; } = principal;

        public bool SeesAll { get; } = principal.Sight.Kind == SightKind.Everything;

        // One slot: further commits before the client is told are joined in Touched.
        public Channel<bool> Signal { get; } = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public SortedSet<string> Touched { get; } = new(StringComparer.Ordinal);

        public long Version { get; set; }
    }
}
