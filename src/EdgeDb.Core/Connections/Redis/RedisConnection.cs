using System.Globalization;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>
/// One connection to a Redis server, shared by all callers. Commands that are given at the same time are sent together; answers are read by
/// one loop, in order, where they lie, and a caller that gave up leaves its place in the order behind. Nothing is sent twice: a command
/// whose connection was lost fails, and whoever knows that it may be repeated repeats it on another connection.
/// </summary>
internal sealed class RedisConnection : IThreadPoolWorkItem, IAsyncDisposable
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly RedisSettings _settings;
    private readonly RedisTransport _transport;
    private readonly RedisInvalidations? _invalidations;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _commandTimeout;
    private readonly Queue<PendingReply> _inFlight;
    private readonly ReceiveBuffer _received;
    private readonly ITimer _timer;
    private readonly Task _reading;
    private SendBuffer _filling = new();
    private SendBuffer _sending = new();
    private RedisException? _failure;
    private bool _flushing;
    private bool _tracked;
    private long _readAt;
    private long _timerDue = long.MaxValue;
    private long _lateAnswers;
    private long _pings;

    private RedisConnection(RedisSettings settings, RedisTransport transport, RedisInvalidations? invalidations, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _transport = transport;
        _invalidations = invalidations;
        _time = time;
        _logger = logger;
        _commandTimeout = Stamps(settings.CommandTimeout);
        _inFlight = new Queue<PendingReply>(settings.MaxInFlight);
        _received = new ReceiveBuffer(settings.MaxReplyBytes);
        _readAt = time.GetTimestamp();
        _timer = time.CreateTimer(static self => ((RedisConnection)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _reading = ReadAsync();
        OnTimer();
    }

    /// <summary>False once the connection is lost or closed.</summary>
    public bool IsOpen => Volatile.Read(ref _failure) is null;

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
        return SendAsync(command, arguments, state, read, ct);
    }

    /// <summary>GET: the value of a key, or a null reply.</summary>
    public ValueTask<TResult> GetAsync<TState, TResult>(RedisArgument key, TState state, RedisReplyReader<TState, TResult> read, CancellationToken ct) =>
        SendAsync("GET", [key], state, read, ct);

    /// <summary>SET with an expiry of at least 1 ms.</summary>
    public ValueTask<bool> SetAsync(RedisArgument key, RedisArgument value, TimeSpan expiry, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(expiry, TimeSpan.FromMilliseconds(1));
        return SendAsync("SET", [key, value, "PX", (long)expiry.TotalMilliseconds], 0, static (_, _) => true, ct);
    }

    /// <summary>UNLINK: removes keys and returns how many there were. Their memory is freed later, which DEL does at once.</summary>
    public ValueTask<long> UnlinkAsync(ReadOnlySpan<RedisArgument> keys, CancellationToken ct) =>
        SendAsync("UNLINK", keys, 0, static (reply, _) => reply.AsInt64(), ct);

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
            return await SendAsync("EVALSHA", [script.Hash, keys.Length, .. keys.Span, .. arguments.Span], state, read, ct).ConfigureAwait(false);
        }
        catch (RedisException unknown) when (unknown.Code == "NOSCRIPT")
        {
            return await SendAsync("EVAL", [script.Text, keys.Length, .. keys.Span, .. arguments.Span], state, read, ct).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A round trip. The answer must repeat a number: if it is another command's, answers and commands have come apart, and the connection is closed.
    /// </summary>
    public async ValueTask PingAsync(CancellationToken ct)
    {
        var number = Interlocked.Increment(ref _pings);
        var text = number.ToString(CultureInfo.InvariantCulture);
        var answer = await SendAsync("PING", [text], 0, static (reply, _) => reply.AsText(), ct).ConfigureAwait(false);
        if (answer == text)
            return;
        var failure = new RedisException(
            RedisFailure.Protocol, $"{_settings} answered another command than the one that was due. The connection was closed; check what sits between.");
        Abort(failure);
        throw failure;
    }

    /// <summary>Closes it; what still waits fails. Returns when the last answer has been read, or after a second.</summary>
    public async ValueTask DisposeAsync()
    {
        Abort(new RedisException(RedisFailure.Lost, $"The connection to {_settings} was closed."));
        try
        {
            await _reading.WaitAsync(CloseLimit, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A callback of a caller still reads its answer; the loop ends after it.
        }
    }

    /// <summary>Sends what has been collected; the thread pool runs it behind the callers that are ready, so that their commands go along.</summary>
    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    /// <summary>From the answer that is being read on, the server tells of changes. Called on the read loop.</summary>
    internal void BeginTracking()
    {
        _tracked = true;
        _invalidations!.Connected();
    }

    /// <summary>The same as <see cref="ExecuteAsync"/> for commands that are known to be fit.</summary>
    internal ValueTask<TResult> SendAsync<TState, TResult>(
        string command, ReadOnlySpan<RedisArgument> arguments, TState state, RedisReplyReader<TState, TResult> read, CancellationToken ct)
    {
        var now = _time.GetTimestamp();
        var size = SendBuffer.MeasureMost(command, arguments);
        var reply = PendingReply<TState, TResult>.Rent(command, state, read, now, now + _commandTimeout, ct);
        var answer = reply.Task;
        RedisException? refusal;
        var flushes = false;
        var alone = false;
        lock (_gate)
        {
            refusal = Refusal_NeedsLock(command, size);
            if (refusal is null)
            {
                _filling.Write(command, arguments, (int)size);
                _inFlight.Enqueue(reply);
                alone = _inFlight.Count == 1;
                flushes = !_flushing;
                _flushing = true;
                Arm_NeedsLock(now, reply.DueAt);
            }
        }

        if (refusal is not null)
        {
            if (reply.TryClaim())
                reply.Fail(refusal);
            reply.Leave();
        }
        else if (flushes)
        {
            // A lone caller sends at once. With others in flight more are likely to follow in this instant, and a turn through the pool's
            // queue lets them share one write.
            if (alone)
                _ = FlushAsync();
            else
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return answer;
    }

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N0} ms");

    private long Stamps(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private RedisException? Refusal_NeedsLock(string command, long size)
    {
        if (_failure is not null)
            return new RedisException(RedisFailure.Lost, $"{command} was not sent: {_failure.Message}", _failure);
        if (_inFlight.Count >= _settings.MaxInFlight)
        {
            return new RedisException(
                RedisFailure.Busy,
                $"{command} was not sent: {_inFlight.Count} commands wait already for {_settings}, which is MaxInFlight. Slow the callers down, ask for " +
                "more in one command, or raise MaxInFlight.");
        }

        var unsent = _filling.Length + _sending.Length;
        return unsent + size <= _settings.MaxUnsentBytes ? null : new RedisException(
            RedisFailure.Busy,
            $"{command} was not sent: it takes up to {size} bytes, {unsent} already wait to be sent to {_settings}, and MaxUnsentBytes is " +
            $"{_settings.MaxUnsentBytes}. Send smaller values, or raise MaxUnsentBytes.");
    }

    private async Task FlushAsync()
    {
        try
        {
            while (TryTakeUnsent())
                await _transport.Stream.WriteAsync(_sending.Written).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Abort(new RedisException(RedisFailure.Lost, $"Sending to {_settings} failed: {failure.Message}", failure));
        }
    }

    private bool TryTakeUnsent()
    {
        lock (_gate)
        {
            _sending.Clear();
            (_sending, _filling) = (_filling, _sending);
            return _flushing = _sending.Length > 0 && _failure is null;
        }
    }

    private async Task ReadAsync()
    {
        RedisException failure;
        try
        {
            int count;
            do
            {
                count = await _transport.Stream.ReadAsync(_received.Free()).ConfigureAwait(false);
                Volatile.Write(ref _readAt, _time.GetTimestamp());
                _received.Received(count);
            }
            while (count > 0 && TryDeliver());
            failure = new RedisException(RedisFailure.Lost, $"{_settings} closed the connection.");
        }
        catch (RedisException protocol)
        {
            failure = protocol;
        }
        catch (Exception broken)
        {
            failure = new RedisException(RedisFailure.Lost, $"The connection to {_settings} broke: {broken.Message}", broken);
        }

        Abort(failure);
        _received.Dispose();
        // Here and not in Abort: an answer that is being read while another thread gives the connection up may still fill a cache, and
        // nothing would ever invalidate that.
        if (_tracked)
            _invalidations!.Lost();
    }

    /// <summary>Reads the messages that are whole; false when the connection was given up meanwhile.</summary>
    private bool TryDeliver()
    {
        while (_received.TryTake(out var message, out var kind))
        {
            if (kind == RespKind.Push)
            {
                DeliverPush(message);
                continue;
            }

            PendingReply? reply;
            lock (_gate)
            {
                if (_failure is not null)
                    return false;
                if (!_inFlight.TryDequeue(out reply))
                    throw Unasked(message, kind);
            }

            if (!reply.TryClaim())
                Interlocked.Increment(ref _lateAnswers);
            else if (message.IsEmpty)
                reply.Fail(TooLarge(reply.Command));
            else
                reply.Complete(RespValue.Read(ref message));
            reply.Leave();
        }

        return true;
    }

    private void DeliverPush(ReadOnlySpan<byte> message)
    {
        if (_invalidations is null)
            return;
        if (message.IsEmpty)
        {
            _invalidations.ChangeEverything();
            return;
        }

        var parts = RespValue.Read(ref message).GetEnumerator();
        if (!parts.MoveNext() || !parts.Current.AsBytes().SequenceEqual("invalidate"u8) || !parts.MoveNext())
            return;
        if (parts.Current.IsNull)
            _invalidations.ChangeEverything();
        foreach (var key in parts.Current)
            _invalidations.Change(key.AsBytes());
    }

    /// <summary>A server that is full says so unasked and closes the connection; anything else means that answers and commands have come apart.</summary>
    private RedisException Unasked(ReadOnlySpan<byte> message, RespKind kind) => kind == RespKind.Error && !message.IsEmpty
        ? new RedisException(RedisFailure.Lost, $"{_settings} ended the connection: {RespValue.Read(ref message).AsText()}")
        : new RedisException(RedisFailure.Protocol, $"{_settings} sent an answer that nobody asked for. Check what sits between.");

    private RedisException TooLarge(string command) => new(
        RedisFailure.TooLarge, $"The answer to {command} is larger than MaxReplyBytes ({_settings.MaxReplyBytes}) and was skipped. Ask for less at once, or raise MaxReplyBytes.");

    private void Arm_NeedsLock(long now, long due)
    {
        if (due >= _timerDue)
            return;
        _timerDue = due;
        // A timer counts whole milliseconds; rounded down it would fire before anything is due.
        var wait = Math.Ceiling(_time.GetElapsedTime(now, due).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, wait)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the waiting of callers whose time is over, finds a dead connection and keeps a quiet one awake.</summary>
    private void OnTimer()
    {
        List<PendingReply>? expired = null;
        RedisException? late = null;
        RedisException? dead = null;
        var quiet = false;
        lock (_gate)
        {
            if (_failure is not null)
                return;
            var now = _time.GetTimestamp();
            _timerDue = long.MaxValue;
            foreach (var reply in _inFlight)
            {
                if (reply.IsClaimed)
                    continue;
                if (reply.DueAt > now)
                    Arm_NeedsLock(now, reply.DueAt);
                else if (reply.TryClaim())
                    (expired ??= []).Add(reply);
            }

            var readAt = Volatile.Read(ref _readAt);
            if (_inFlight.TryPeek(out var oldest))
            {
                var silentSince = Math.Max(readAt, oldest.QueuedAt);
                if (now - silentSince >= Stamps(_settings.SilenceLimit))
                    dead = Dead(_inFlight.Count, _time.GetElapsedTime(silentSince, now));
                else
                    Arm_NeedsLock(now, silentSince + Stamps(_settings.SilenceLimit));
            }
            else
            {
                quiet = now - readAt >= Stamps(_settings.KeepAlive);
                Arm_NeedsLock(now, (quiet ? now : readAt) + Stamps(_settings.KeepAlive));
            }

            if (expired is not null)
                late = Late_NeedsLock(expired[0].Command, now, readAt);
        }

        foreach (var reply in expired ?? [])
            reply.Fail(late!);
        if (dead is not null)
            Abort(dead);
        else if (quiet)
            _ = KeepAliveAsync();
    }

    private async Task KeepAliveAsync()
    {
        try
        {
            await PingAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (RedisException)
        {
            // Lost: already told. Late: the silence limit decides.
        }
    }

    private RedisException Dead(int inFlight, TimeSpan silence) => new(
        RedisFailure.Lost,
        $"{_settings} has sent nothing for {Text(silence)} (SilenceLimit is {Text(_settings.SilenceLimit)}) while {inFlight} commands wait; the connection was given up. " +
        "Check the network and for slow commands (SLOWLOG GET), or raise SilenceLimit.");

    private RedisException Late_NeedsLock(string command, long now, long readAt) => new(
        RedisFailure.Timeout,
        $"No answer to {command} within {Text(_settings.CommandTimeout)} (CommandTimeout) from {_settings}: {_inFlight.Count} commands in flight, " +
        $"{_filling.Length + _sending.Length} bytes not sent yet, last byte received {Text(_time.GetElapsedTime(readAt, now))} ago. The command may still run.");

    private void Abort(RedisException failure)
    {
        PendingReply[] waiting;
        lock (_gate)
        {
            if (_failure is not null)
                return;
            Volatile.Write(ref _failure, failure);
            waiting = [.. _inFlight];
            _inFlight.Clear();
        }

        RedisLog.Lost(_logger, _settings, waiting.Length, failure.Message);
        _timer.Dispose();
        _transport.Dispose();
        foreach (var reply in waiting)
        {
            if (reply.TryClaim())
                reply.Fail(new RedisException(failure.Failure, $"{reply.Command} has no answer: {failure.Message}", failure));
            reply.Leave();
        }
    }
}
