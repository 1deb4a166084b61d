using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace EdgeDb.Core.Caching;

/// <summary>An entry as the contract of <see cref="IMemoryCache"/> has it. Stored when it is disposed of after its value was set.</summary>
internal sealed partial class ContractEntry(AdaptiveMemoryCache cache, object key, ulong hash, ILogger logger) : CacheEntry(key, hash), ICacheEntry
{
    private readonly Lock _gate = new();
    private List<IChangeToken>? _tokens;
    private List<PostEvictionCallbackRegistration>? _callbacks;
    private List<IDisposable>? _registrations;
    private TimeSpan? _relative;
    private TimeSpan? _sliding;
    private long? _size;
    private long _slidingMilliseconds;
    private long _usedAt;
    private bool _hasValue;
    private bool _committed;
    private bool _left;

    object? ICacheEntry.Value
    {
        get => Value;
        set
        {
            Value = value;
            _hasValue = true;
        }
    }

    public DateTimeOffset? AbsoluteExpiration { get; set; }

    public TimeSpan? AbsoluteExpirationRelativeToNow
    {
        get => _relative;
        set
        {
            if (value <= TimeSpan.Zero)
                throw new ArgumentOutOfRangeException(nameof(AbsoluteExpirationRelativeToNow), value, "The relative expiration must be positive.");
            _relative = value;
        }
    }

    public TimeSpan? SlidingExpiration
    {
        get => _sliding;
        set
        {
            if (value <= TimeSpan.Zero)
                throw new ArgumentOutOfRangeException(nameof(SlidingExpiration), value, "The sliding expiration must be positive.");
            _sliding = value;
        }
    }

    public IList<IChangeToken> ExpirationTokens => _tokens ??= [];

    public IList<PostEvictionCallbackRegistration> PostEvictionCallbacks => _callbacks ??= [];

    public long? Size
    {
        get => _size;
        set
        {
            if (value < 0)
                throw new ArgumentOutOfRangeException(nameof(value), value, "The size must not be negative.");
            _size = value;
        }
    }

    /// <summary>Why the entry counts as expired now; <see cref="EvictionReason.None"/> if it does not. Also asked under the lock of the cache.</summary>
    public EvictionReason ExpiredBecause(long now, TimeProvider time)
    {
        if (now >= ValidUntil || (_slidingMilliseconds > 0 && now - Volatile.Read(ref _usedAt) >= _slidingMilliseconds)
            || (AbsoluteExpiration is { } absolute && time.GetUtcNow() >= absolute))
            return EvictionReason.Expired;
        if (_tokens is { } tokens)
            foreach (var token in tokens)
                if (token.HasChanged)
                    return EvictionReason.TokenExpired;
        return EvictionReason.None;
    }

    public void Renew(long now)
    {
        if (_slidingMilliseconds > 0)
            Volatile.Write(ref _usedAt, now);
    }

    public void Dispose()
    {
        if (_committed)
            return;
        _committed = true;
        if (_hasValue)
            cache.Commit(this);
    }

    /// <summary>Fixes the times at which the entry is stored.</summary>
    public void Start(long now)
    {
        _usedAt = now;
        _slidingMilliseconds = _sliding is { } sliding ? CoarseClock.Milliseconds(sliding) : 0;
        ValidUntil = _relative is { } relative ? CoarseClock.After(now, relative) : long.MaxValue;
    }

    /// <summary>Listens to the tokens. Not under the lock of the cache: a token may call back at once.</summary>
    public void Listen()
    {
        if (_tokens is null)
            return;
        foreach (var token in _tokens)
        {
            if (!token.ActiveChangeCallbacks)
                continue;
            var registration = token.RegisterChangeCallback(static state => ((ContractEntry)state!).Changed(), this);
            lock (_gate)
            {
                if (!_left)
                {
                    (_registrations ??= []).Add(registration);
                    continue;
                }
            }

            registration.Dispose();
        }
    }

    /// <summary>The entry is no longer in the cache. What listens is let go and told on the thread pool: both may wait for others that wait for the cache.</summary>
    public void Leave(EvictionReason reason)
    {
        lock (_gate)
            _left = true;
        if (_tokens is not null || _callbacks is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Entry.Tell(state.Reason), (Entry: this, Reason: reason), preferLocal: false);
    }

    private void Changed() => cache.Drop(this, EvictionReason.TokenExpired);

    private void Tell(EvictionReason reason)
    {
        List<IDisposable>? registrations;
        lock (_gate)
            registrations = _registrations;
        registrations?.ForEach(static registration => registration.Dispose());
        if (_callbacks is null)
            return;
        foreach (var registration in _callbacks)
        {
            try
            {
                registration.EvictionCallback?.Invoke(Key, Value, reason, registration.State);
            }
            catch (Exception e)
            {
                LogCallbackFailed(logger, e);
            }
        }
    }

    [LoggerMessage(EventId = 5000, Level = LogLevel.Error, Message = "A callback after an eviction failed.")]
    private static partial void LogCallbackFailed(ILogger logger, Exception exception);
}
