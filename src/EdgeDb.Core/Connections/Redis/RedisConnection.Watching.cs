namespace EdgeDb.Core.Connections;

/// <summary>Watching: one timer for all deadlines, for a server that stays silent and for a connection that nobody uses.</summary>
internal sealed partial class RedisConnection
{
    private readonly ITimer _timer;
    private readonly long _silenceLimit;
    private readonly long _keepAlive;
    private long _timerDue = long.MaxValue;

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
        RedisException? dead = null;
        var quiet = false;
        int inFlight;
        int unsent;
        TimeSpan silence;
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
                if (now - silentSince >= _silenceLimit)
                    dead = Dead(_inFlight.Count, _time.GetElapsedTime(silentSince, now));
                else
                    Arm_NeedsLock(now, silentSince + _silenceLimit);
            }
            else
            {
                quiet = now - readAt >= _keepAlive;
                Arm_NeedsLock(now, (quiet ? now : readAt) + _keepAlive);
            }

            inFlight = _inFlight.Count;
            unsent = _filling.Length + _sending.Length;
            silence = _time.GetElapsedTime(readAt, now);
        }

        foreach (var reply in expired ?? [])
            reply.Fail(Late(reply.Command, inFlight, unsent, silence));
        if (dead is not null)
            Lose(dead);
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

    private long Stamps(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private RedisException Dead(int inFlight, TimeSpan silence) => new(
        RedisFailure.Lost,
        $"{_settings} has sent nothing for {Text(silence)} (SilenceLimit is {Text(_settings.SilenceLimit)}) while {inFlight} commands wait; " +
        "the connection was given up. Check the network and for slow commands (SLOWLOG GET), or raise SilenceLimit.");

    private RedisException Late(string command, int inFlight, int unsent, TimeSpan silence) => new(
        RedisFailure.Timeout,
        $"No answer to {command} within {Text(_settings.CommandTimeout)} (CommandTimeout) from {_settings}: {inFlight} commands in flight, " +
        $"{unsent} bytes not sent yet, last byte received {Text(silence)} ago. The command may still run.");
}
