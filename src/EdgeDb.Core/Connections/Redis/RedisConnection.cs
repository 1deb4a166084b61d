using System.Globalization;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>
/// One connection to a Redis server, shared by all callers. Commands that are given at the same time are sent together; answers are read by
/// one loop, in order, where they lie, and a caller that gave up leaves its place in the order behind. Nothing is sent twice: a command
/// whose connection was lost fails, and whoever knows that it may be repeated repeats it on another connection.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly RedisSettings _settings;
    private readonly RedisTransport _transport;
    private readonly RedisInvalidations? _invalidations;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Queue<PendingReply> _inFlight;
    private readonly Task _reading;
    private RedisException? _failure;
    private long _pings;

    private RedisConnection(RedisSettings settings, RedisTransport transport, RedisInvalidations? invalidations, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _transport = transport;
        _invalidations = invalidations;
        _time = time;
        _logger = logger;
        (_silenceLimit, _keepAlive) = (Stamps(settings.SilenceLimit), Stamps(settings.KeepAlive));
        _inFlight = new Queue<PendingReply>(settings.MaxInFlight);
        _received = new ReceiveBuffer(settings.MaxReplyBytes);
        _readAt = time.GetTimestamp();
        _timer = time.CreateTimer(static self => ((RedisConnection)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _reading = ReadAsync();
        OnTimer();
    }

    /// <summary>False once the connection is lost or closed.</summary>
    public bool IsOpen => Volatile.Read(ref _failure) is null;

    /// <summary>Completes when it is lost or closed, the last answer is read and invalidations are told of it.</summary>
    public Task Ended => _reading;

    /// <summary>Commands that wait for their answers, also those whose callers have given up.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
                return _inFlight.Count;
        }
    }

    /// <summary>Answers that came after their callers had given up.</summary>
    public long LateAnswers => Volatile.Read(ref _lateAnswers);

    /// <summary>
    /// Connects, signs in and turns tracking on. Throws <see cref="RedisException"/> (<see cref="RedisFailure.Connect"/>) that says which step failed.
    /// </summary>
    public static async ValueTask<RedisConnection> OpenAsync(
        RedisSettings settings, RedisInvalidations? invalidations, TimeProvider time, ILogger logger, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(settings.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        RedisConnection? connection = null;
        try
        {
            var transport = await RedisTransport.OpenAsync(settings, both.Token).ConfigureAwait(false);
            connection = new RedisConnection(settings, transport, invalidations, time, logger);
            var server = await RedisHandshake.RunAsync(connection, settings, both.Token).ConfigureAwait(false);
            RedisLog.Connected(logger, settings, server.Version, transport.Security, server.ClientId);
            return connection;
        }
        catch (Exception failure)
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
            if (failure is not OperationCanceledException || ct.IsCancellationRequested)
                throw;
            throw new RedisException(
                RedisFailure.Connect,
                $"{settings} did not let us in within {Text(settings.ConnectTimeout)} (ConnectTimeout). Check the network and that the port speaks " +
                $"{(settings.UsesTls ? "TLS" : "Redis without TLS")}.", failure);
        }
    }

    /// <summary>
    /// Sends a command and reads its answer. An error answer, and what <paramref name="read"/> throws, fails this call only; so do its deadline
    /// (<see cref="RedisSettings.CommandTimeout"/>) and <paramref name="ct"/>, after which the command may still run.
    /// Throws <see cref="RedisException"/>; <see cref="ArgumentException"/> for a command that a shared connection cannot take.
    /// </summary>
    /// <param name="command">Its name, one word: <c>"SMEMBERS"</c>.</param>
    /// <param name="arguments">What follows: <c>[key, "EX", 60]</c>.</param>
    /// <param name="state">Passed to <paramref name="read"/>, so that it can be a static lambda.</param>
    /// <param name="read">Reads the answer where it lies, on the read loop and in the order of invalidations: short, and without waiting.</param>
    /// <param name="ct">Gives up waiting.</param>
    public ValueTask<TResult> ExecuteAsync<TState, TResult>(
        string command, ReadOnlySpan<RedisArgument> arguments, TState state, RedisReplyReader<TState, TResult> read, CancellationToken ct)
    {
        RefusedCommands.ThrowIfRefused(command, arguments);
        return SendAsync(command, arguments, state, read, _settings.CommandTimeout, ct);
    }

    /// <summary>GET: the value of a key, or a null reply.</summary>
    public ValueTask<TResult> GetAsync<TState, TResult>(RedisArgument key, TState state, RedisReplyReader<TState, TResult> read, CancellationToken ct) =>
        SendAsync("GET", [key], state, read, _settings.CommandTimeout, ct);

    /// <summary>SET. True when it was set: always, unless the key was there and only a missing one was to be set.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="expiry">How long it lives; at least 1 ms.</param>
    /// <param name="onlyIfMissing">Leaves a key that exists as it is (NX).</param>
    /// <param name="ct">Gives up waiting.</param>
    public ValueTask<bool> SetAsync(RedisArgument key, RedisArgument value, TimeSpan expiry, bool onlyIfMissing, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(expiry, TimeSpan.FromMilliseconds(1));
        var milliseconds = (long)expiry.TotalMilliseconds;
        return onlyIfMissing
            ? SendAsync("SET", [key, value, "PX", milliseconds, "NX"], 0, static (reply, _) => !reply.IsNull, _settings.CommandTimeout, ct)
            : SendAsync("SET", [key, value, "PX", milliseconds], 0, static (reply, _) => !reply.IsNull, _settings.CommandTimeout, ct);
    }

    /// <summary>UNLINK: removes keys and returns how many there were. Their memory is freed later, which DEL does at once.</summary>
    public ValueTask<long> UnlinkAsync(ReadOnlySpan<RedisArgument> keys, CancellationToken ct) =>
        SendAsync("UNLINK", keys, 0, static (reply, _) => reply.AsInt64(), _settings.CommandTimeout, ct);

    /// <summary>Runs a script, by its hash; the source is sent only to a server that does not know it (yet, or any more).</summary>
    /// <param name="script">The script.</param>
    /// <param name="keys">KEYS.</param>
    /// <param name="arguments">ARGV.</param>
    /// <param name="state">Passed to <paramref name="read"/>.</param>
    /// <param name="read">Reads the answer, as in <see cref="ExecuteAsync"/>.</param>
    /// <param name="ct">Gives up waiting.</param>
    public async ValueTask<TResult> EvaluateAsync<TState, TResult>(
        RedisScript script, ReadOnlyMemory<RedisArgument> keys, ReadOnlyMemory<RedisArgument> arguments, TState state, RedisReplyReader<TState, TResult> read,
        CancellationToken ct)
    {
        try
        {
            return await SendAsync(
                "EVALSHA", [script.Hash, keys.Length, .. keys.Span, .. arguments.Span], state, read, _settings.CommandTimeout, ct).ConfigureAwait(false);
        }
        catch (RedisException unknown) when (unknown.Code == "NOSCRIPT")
        {
            return await SendAsync(
                "EVAL", [script.Text, keys.Length, .. keys.Span, .. arguments.Span], state, read, _settings.CommandTimeout, ct).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A round trip. The answer must repeat a number: if it is another command's, answers and commands have come apart, and the connection is closed.
    /// </summary>
    public async ValueTask PingAsync(CancellationToken ct)
    {
        var text = Interlocked.Increment(ref _pings).ToString(CultureInfo.InvariantCulture);
        var repeated = await SendAsync(
            "PING", [text], text, static (reply, text) => reply.Kind == RespKind.BulkString && reply.AsText() == text, _settings.CommandTimeout, ct).ConfigureAwait(false);
        if (repeated)
            return;
        var failure = new RedisException(
            RedisFailure.Protocol, $"{_settings} answered another command than the one that was due. The connection was closed; check what sits between.");
        Lose(failure);
        throw failure;
    }

    /// <summary>Closes it; what still waits fails. Returns when the last answer has been read, or after a second.</summary>
    public async ValueTask DisposeAsync()
    {
        TryClose(new RedisException(RedisFailure.Lost, $"The connection to {_settings} was closed."), out _);
        try
        {
            await _reading.WaitAsync(CloseLimit, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A callback of a caller still reads its answer; the loop ends after it.
        }
    }

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N0} ms");

    /// <summary>Gives up a connection that has failed.</summary>
    private void Lose(RedisException failure)
    {
        if (TryClose(failure, out var waiting))
            RedisLog.Lost(_logger, _settings, waiting, failure.Message);
    }

    /// <summary>Closes it once, and fails what waits.</summary>
    private bool TryClose(RedisException failure, out int waitingCount)
    {
        PendingReply[] waiting;
        lock (_gate)
        {
            waitingCount = _inFlight.Count;
            if (_failure is not null)
                return false;
            Volatile.Write(ref _failure, failure);
            waiting = [.. _inFlight];
            _inFlight.Clear();
        }

        _timer.Dispose();
        _transport.Dispose();
        foreach (var reply in waiting)
        {
            if (reply.TryClaim())
                reply.Fail(new RedisException(failure.Failure, $"{reply.Command} has no answer: {failure.Message}", failure));
            reply.Leave();
        }

        return true;
    }
}
