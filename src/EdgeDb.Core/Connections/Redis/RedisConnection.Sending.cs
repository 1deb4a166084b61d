namespace EdgeDb.Core.Connections;

/// <summary>Sending: commands of all callers are collected in one buffer while the one before is on its way.</summary>
internal sealed partial class RedisConnection : IThreadPoolWorkItem
{
    private SendBuffer _filling = new();
    private SendBuffer _sending = new();
    private bool _flushing;

    /// <summary>Sends what has been collected; the thread pool runs it behind the callers that are ready, so that their commands go along.</summary>
    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    /// <summary>
    /// The same as <see cref="ExecuteAsync"/> for commands that are known to be fit, with a deadline of their own; infinite leaves it to
    /// <paramref name="ct"/>.
    /// </summary>
    internal ValueTask<TResult> SendAsync<TState, TResult>(
        string command, ReadOnlySpan<RedisArgument> arguments, TState state, RedisReplyReader<TState, TResult> read, TimeSpan timeout, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
            return ValueTask.FromCanceled<TResult>(ct);
        var now = _time.GetTimestamp();
        var size = SendBuffer.MeasureMost(command, arguments);
        var reply = PendingReply<TState, TResult>.Rent(command, state, read, now, timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : now + Stamps(timeout), ct);
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

    private RedisException? Refusal_NeedsLock(string command, long size)
    {
        if (_failure is not null)
            return new RedisException(RedisFailure.Connect, $"{command} was not sent: {_failure.Message}", _failure);
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
            Lose(new RedisException(RedisFailure.Lost, $"Sending to {_settings} failed: {failure.Message}", failure));
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
}
