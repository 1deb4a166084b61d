namespace EdgeDb.Core.Connections;

/// <summary>Reading: one loop hands each answer to its command and each invalidation to the cache, in the order they came.</summary>
internal sealed partial class RedisConnection
{
    private readonly ReceiveBuffer _received;
    private bool _tracked;
    private long _readAt;
    private long _lateAnswers;

    /// <summary>From the answer that is being read on, the server tells of changes. Called on the read loop.</summary>
    internal void BeginTracking()
    {
        _tracked = true;
        _invalidations!.Connected();
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

        Lose(failure);
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
        RedisFailure.TooLarge,
        $"The answer to {command} is larger than MaxReplyBytes ({_settings.MaxReplyBytes}) and was skipped. Ask for less at once, or raise MaxReplyBytes.");
}
