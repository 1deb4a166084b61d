using System.Security.Authentication;
using Npgsql;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Opens connections to one PostgreSQL server for the pool, through Npgsql without a pool of its own: two pools would each keep idle connections,
/// and Npgsql's would reset a session (DISCARD ALL) that is clean already.
/// </summary>
public sealed class PostgresSource : IConnectionSource<PostgresConnection>, IAsyncDisposable
{
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(1);

    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly NpgsqlDataSource _dataSource;

    /// <summary>Throws <see cref="ArgumentException"/> with every problem of the options. Opens nothing yet.</summary>
    public PostgresSource(PostgresOptions options, TimeProvider time)
    {
        options.Problems().ThrowIfAny();

        _options = options;
        _time = time;
        Server = new PostgresServer(options.Name);
        var prepares = options.PoolMode == PostgresPoolMode.Session;
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port,
            Database = options.Database,
            Username = options.Username,
            ApplicationName = "edgedb",
            Pooling = false,
            Enlist = false,
            // Beside a check of our own, which pins need, Npgsql takes no VerifyFull: then ours is the whole check, and as strict.
            SslMode = options.Tls == PostgresTls.Off ? SslMode.Disable : options.Pins.Count > 0 ? SslMode.Require : SslMode.VerifyFull,
            RootCertificate = options.Pins.Count > 0 ? null : options.CaFile,
            // Would load the Kerberos libraries and ask the server for them at each open.
            GssEncryptionMode = GssEncryptionMode.Disable,
            // Also bounds a cancel request, which Npgsql sends with blocking calls.
            Timeout = (int)Math.Ceiling(options.ConnectTimeout.TotalSeconds),
            // PostgresStatementGuard keeps the time.
            CommandTimeout = 0,
            CancellationTimeout = (int)options.CancelTimeout.TotalMilliseconds,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 30,
            TcpKeepAliveInterval = 10,
            MaxAutoPrepare = prepares ? options.StatementCacheSize + PostgresBatch.OwnStatements : 0,
            AutoPrepareMinUsages = PostgresCommandCache.RunsBeforePrepare,
        };
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableTransportSecurity();
        var trust = options.Trust;
        builder.UseSslClientAuthenticationOptionsCallback(tls =>
        {
            var own = trust.ToOptions();
            tls.EnabledSslProtocols = own.EnabledSslProtocols;
            if (trust.Pins.Count == 0)
                return;
            tls.CertificateChainPolicy = own.CertificateChainPolicy;
            tls.RemoteCertificateValidationCallback = own.RemoteCertificateValidationCallback;
        });
        // Asked at each open, so that a password that was replaced needs no restart.
        builder.UsePasswordProvider(_ => options.Password.Value, (_, _) => new(options.Password.Value));
        builder.EnableArrays();
        // The built-in types are known without asking; the query for all types of the database would cost the first open a round trip and memory.
        builder.ConfigureTypeLoading(static loading => loading.EnableTypeLoading(false));
        _dataSource = builder.Build();
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <summary>What its connections last heard of the server.</summary>
    internal PostgresServer Server { get; }

    /// <inheritdoc/>
    public async ValueTask<PostgresConnection> OpenAsync(ConnectionRole role, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        var started = _time.GetTimestamp();
        var opening = _dataSource.CreateConnection();
        var connection = new PostgresConnection(opening, _options, Server, _time) { Role = role };
        try
        {
            await opening.OpenAsync(either.Token).ConfigureAwait(false);
            await connection.ObserveAsync(_options.ConnectTimeout - _time.GetElapsedTime(started), ct).ConfigureAwait(false);
            return connection;
        }
        catch (Exception e)
        {
            await connection.CloseAsync().ConfigureAwait(false);
            if (ct.IsCancellationRequested)
                throw new OperationCanceledException("Opening was cancelled.", e, ct);
            if (e is PostgresException { SqlState: "28P01" })
                _options.Password.Refused();
            Server.ObserveFailure(_time.GetTimestamp());
            throw new PostgresFailureException(OpenKind(e), $"{Name}: no connection to {_options.Host}:{_options.Port}: {Explain(e, limit.IsCancellationRequested)}", e);
        }
    }

    /// <inheritdoc/>
    public bool IsUsable(PostgresConnection connection) => connection.IsUsable;

    /// <inheritdoc/>
    public async ValueTask<bool> CheckAsync(PostgresConnection connection, CancellationToken ct)
    {
        try
        {
            await connection.ObserveAsync(CheckLimit, ct).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is PostgresFailureException or NpgsqlException or IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public bool TryAssign(PostgresConnection connection, ConnectionRole role)
    {
        connection.Role = role;
        return connection.IsUsable;
    }

    /// <inheritdoc/>
    public bool TryReset(PostgresConnection connection) => connection.TryReset();

    /// <inheritdoc/>
    public ValueTask CloseAsync(PostgresConnection connection) => connection.CloseAsync();

    /// <inheritdoc/>
    public FailureKind Classify(Exception exception) => PostgresFailures.Classify(exception);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    // Who cannot connect in time cannot connect: the server's own answers (too many connections, say) keep their kind.
    private static FailureKind OpenKind(Exception e) => PostgresFailures.Classify(e) is var kind && kind is FailureKind.Overload ? kind : FailureKind.Connect;

    private string Explain(Exception e, bool late) => e switch
    {
        PostgresException { SqlState: "28P01" or "28000" } refused => $"{refused.MessageText}. Check Username, Password and the server's pg_hba.conf.",
        PostgresException { SqlState: "3D000" } unknown => $"{unknown.MessageText}. Check Database.",
        PostgresException { SqlState: "53300" } full => $"{full.MessageText}. Lower the pool's maximum or raise the server's max_connections.",
        PostgresException other => other.MessageText,
        NpgsqlException { InnerException: AuthenticationException tls } => $"{tls.Message} Check that CaFile signed the server's certificate and that it is made out to Host{(_options.Pins.Count > 0 ? ", and that one of Pins is a key of its chain" : "")}.",
        NpgsqlException { Message: var message } when message.Contains("SSL", StringComparison.Ordinal) => "the server does not speak TLS. Switch its 'ssl' on, or set Tls to Off.",
        _ when late => $"not ready within {_options.ConnectTimeout.TotalMilliseconds:0} ms (ConnectTimeout).",
        NpgsqlException { InnerException: { } inner } => inner.Message,
        _ => e.Message,
    };
}
