using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Settings;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// The way of every read of the API: an answer that is kept and still true is given at once; those who ask for the same at the same time share one that
/// is made; answers are made in order of priority; what cannot be made is replaced by what was last known, and says so.
/// <para>Guarantee: who asks after a commit was acknowledged gets an answer that shows it, except an <see cref="AnswerOrigin.StaleIfError"/>.</para>
/// </summary>
internal sealed partial class RequestPipeline
{
    /// <summary>Of the time an answer is fresh: after this part of it whoever asks has a new one made, so that nobody meets its end.</summary>
    private const double RefreshAfter = 0.8;

    /// <summary>Refreshes under way or waiting; more are not begun, as somebody will ask again.</summary>
    private const int MaxRefreshes = 16;

    private readonly AdaptiveMemoryCache _cache;
    private readonly AdmissionGate _gate;
    private readonly Live<PipelineSettings> _settings;
    private readonly EmergencyMode _emergency;
    private readonly AccessLog? _accesses;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SecondLevel? _second;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, AnswerSource> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Flight> _flights = new(StringComparer.Ordinal);
    private int _refreshes;

    /// <param name="cache">The answers.</param>
    /// <param name="gate">How many are made at once.</param>
    /// <param name="settings">How long they are used.</param>
    /// <param name="emergency">Is told of failures that begin one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told of refreshes that fail.</param>
    /// <param name="accesses">Notes what is asked for; null to note nothing.</param>
    /// <param name="second">Where they are kept besides; null without Redis.</param>
    public RequestPipeline(
        AdaptiveMemoryCache cache, AdmissionGate gate, Live<PipelineSettings> settings, EmergencyMode emergency, TimeProvider time,
        ILogger<RequestPipeline> logger, AccessLog? accesses = null, SecondLevel? second = null)
    {
        _accesses = accesses;
        _cache = cache;
        _gate = gate;
        _settings = settings;
        _emergency = emergency;
        _time = time;
        _logger = logger;
        _second = second;
    }

    /// <summary>What has been counted since the start.</summary>
    public PipelineStatistics Statistics { get; } = new();

    /// <summary>Answers that are being made anew without anybody waiting.</summary>
    public int Refreshes => Volatile.Read(ref _refreshes);

    /// <summary>A fresh answer from memory: every request looks here first. Allocates nothing.</summary>
    /// <param name="source">Whose answer.</param>
    /// <param name="key">Its <see cref="CanonicalKey"/>.</param>
    /// <param name="features">What the request goes through.</param>
    /// <param name="answer">The answer.</param>
    public bool TryGet(AnswerSource source, ReadOnlySpan<char> key, PipelineFeatures features, [NotNullWhen(true)] out Answer? answer)
    {
        if ((features & PipelineFeatures.Caching) == 0 || !_cache.TryGet(key, out answer) || !IsTrusted(source, answer, features))
        {
            answer = null;
            return false;
        }

        Statistics.Count(AnswerOrigin.Hit);
        _accesses?.NoteHit(answer, key);
        if ((features & PipelineFeatures.Refreshing) != 0 && source.Policy.MayAge && _time.GetElapsedTime(answer.MadeAt) > Ttl(source) * RefreshAfter)
            Refresh(source, key.ToString(), answer);
        return true;
    }

    /// <summary>
    /// The answer for <paramref name="key"/>, where <see cref="TryGet"/> found none: from wherever it may come. Throws what the source throws,
    /// <see cref="OverloadedException"/>, and <see cref="TimeoutException"/> after <see cref="PipelineSettings.RequestDeadline"/>.
    /// </summary>
    public async ValueTask<AnswerResult> GetAsync(
        AnswerSource source, string key, RequestPriority priority, PipelineFeatures features, CancellationToken ct)
    {
        // Not one that was kept since TryGet looked: it would be refreshed, which is executing it twice.
        if ((features & PipelineFeatures.Caching) != 0 && _cache.TryPeek<Answer>(key, out var kept, out var state) && state.IsExpired
            && IsStaleButTrue(source, kept, features) && IsTrusted(source, kept, features))
        {
            Refresh(source, key, kept);
            Statistics.Count(AnswerOrigin.Stale);
            _accesses?.Note(key);
            return new(kept, AnswerOrigin.Stale);
        }

        var arrived = _cache.Tags.Now;
        while (true)
        {
            var (flight, isMine, late) = Board(source, key, priority, features, known: null);
            if (flight is null)
            {
                Statistics.Count(AnswerOrigin.Hit);
                _accesses?.Note(key);
                return new(late!, AnswerOrigin.Hit);
            }

            var result = await WaitAsync(flight, ct).ConfigureAwait(false);
            if (!isMine && result.Origin == AnswerOrigin.Made)
                result = result with { Origin = AnswerOrigin.Shared };
            // A flight that began before a commit which this request must see may not show it. The next one begins after it.
            if (isMine || flight.Started >= arrived || result.Origin == AnswerOrigin.StaleIfError || result.Answer.IsCurrent)
            {
                Statistics.Count(result.Origin);
                _accesses?.Note(key);
                return result;
            }
        }
    }

    /// <summary>An answer for one request alone: nothing of it is kept or shared, and it does not queue.</summary>
    public async ValueTask<Answer> MakeAsync(Func<AnswerBuilder, CancellationToken, ValueTask> make, CancellationToken ct)
    {
        var builder = new AnswerBuilder(_cache.Tags, PipelineFeatures.None, _time.GetTimestamp());
        await make(builder, ct).ConfigureAwait(false);
        return builder.Build();
    }

    /// <summary>A kept answer takes more memory than before.</summary>
    public void Resize(ReadOnlySpan<char> key, Answer answer) => _cache.Resize(key.ToString(), answer, answer.SizeBytes);

    /// <summary>Makes a source known, so that answers can be made without a request.</summary>
    public void Register(AnswerSource source) => _sources[source.Name] = source;

    /// <summary>A source by its name.</summary>
    public AnswerSource? Find(ReadOnlySpan<char> name) => _sources.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var source) ? source : null;

    /// <summary>Makes an answer that somebody will ask for, as part of the background. False when a fresh one is kept.</summary>
    public async ValueTask<bool> WarmAsync(AnswerSource source, string key, CancellationToken ct)
    {
        if (_cache.TryPeek<Answer>(key, out var kept, out _) && kept.IsCurrent && _time.GetElapsedTime(kept.MadeAt) < Ttl(source) * RefreshAfter)
            return false;
        var (flight, isMine, _) = Board(source, key, RequestPriority.Background, PipelineFeatures.All, known: kept);
        if (flight is null)
            return false;
        await WaitAsync(flight, ct).ConfigureAwait(false);
        return isMine;
    }

    /// <summary>Has an answer made anew in the background, unless somebody else has, too many are already, or the board has more urgent needs.</summary>
    private void Refresh(AnswerSource source, string key, Answer old)
    {
        if (_emergency.IsOn)
            return;
        lock (_lock)
        {
            if (_flights.ContainsKey(key))
                return;
        }

        if (Interlocked.Increment(ref _refreshes) > MaxRefreshes)
        {
            Interlocked.Decrement(ref _refreshes);
            return;
        }

        // Not on this thread: reading SQLite would keep the request that noticed.
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => _ = state.Pipeline.RefreshAsync(state.Source, state.Key, state.Old),
            (Pipeline: this, Source: source, Key: key, Old: old), preferLocal: false);
    }

    private async Task RefreshAsync(AnswerSource source, string key, Answer old)
    {
        try
        {
            if (Board(source, key, RequestPriority.Background, PipelineFeatures.All, old).Flight is { } flight)
                await WaitAsync(flight, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whoever asks for it meets the failure, or the answer that is kept.
            LogRefreshFailed(_logger, source.Name, exception);
        }
        finally
        {
            Interlocked.Decrement(ref _refreshes);
        }
    }

    private TimeSpan Ttl(AnswerSource source) =>
        _settings.Current.CacheTtl is var ttl && ttl < source.Policy.MostTtl ? ttl : source.Policy.MostTtl;

    private bool IsStaleButTrue(AnswerSource source, Answer kept, PipelineFeatures features) =>
        (features & PipelineFeatures.Refreshing) != 0 && source.Policy.MayAge && kept.IsCurrent
        && _time.GetElapsedTime(kept.MadeAt) < Ttl(source) + _settings.Current.StaleWhileRevalidate;

    /// <summary>
    /// The flight that brings an answer better than the one that the caller knows, or no flight and such an answer, where it is kept. Whoever comes meets the one
    /// or the other until the answer ends: it is kept before its flight is taken out, and both are looked at under the lock that takes it out. A look at the cache
    /// before the lock alone is not enough: between the two the flight may land, and the answer would be made twice.
    /// </summary>
    private (Flight? Flight, bool IsMine, Answer? Kept) Board(
        AnswerSource source, string key, RequestPriority priority, PipelineFeatures features, Answer? known)
    {
        var shared = (features & PipelineFeatures.Coalescing) != 0;
        var gate = (features & PipelineFeatures.Admission) != 0 ? _gate : null;
        Flight flight;
        lock (_lock)
        {
            if ((features & PipelineFeatures.Caching) != 0 && _cache.TryPeek<Answer>(key, out var kept, out var state) && state.IsValid
                && !ReferenceEquals(kept, known) && IsTrusted(source, kept, features))
                return (null, false, kept);
            if (shared && _flights.TryGetValue(key, out var other) && other.TryJoin(priority))
                return (other, false, null);
            flight = new(_cache.Tags.Now, _settings.Current.RequestDeadline, gate, priority, _time);
            if (shared)
                _flights[key] = flight;
        }

        _ = FlyAsync(flight, source, key, features, shared);
        return (flight, true, null);
    }

    private static async ValueTask<AnswerResult> WaitAsync(Flight flight, CancellationToken ct)
    {
        try
        {
            return await flight.Landing.WaitAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            flight.Leave();
        }
    }

    private async Task FlyAsync(Flight flight, AnswerSource source, string key, PipelineFeatures features, bool shared)
    {
        AnswerResult result = default;
        Exception? failure = null;
        try
        {
            await flight.Turn.WaitAsync(flight.Cancelled).ConfigureAwait(false);
            result = await FindOrMakeAsync(source, key, features, flight.Cancelled).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception is OperationCanceledException && flight.Cancelled.IsCancellationRequested && flight.IsWanted
                ? new TimeoutException($"The answer took longer than {_settings.Current.RequestDeadline.TotalSeconds} s.", exception)
                : exception;
        }

        if (shared)
        {
            // Before it lands: whoever comes now must begin anew, not meet an old answer.
            lock (_lock)
            {
                if (_flights.TryGetValue(key, out var known) && ReferenceEquals(known, flight))
                    _flights.Remove(key);
            }
        }

        flight.Dispose();
        if (failure is null)
        {
            flight.Land(result);
            return;
        }

        _emergency.Meet(PipelineOperation.Read, failure);
        if (Fallback(source, key, features, failure) is { } kept)
            flight.Land(new(kept, AnswerOrigin.StaleIfError));
        else
            flight.Crash(failure);
    }

    private async ValueTask<AnswerResult> FindOrMakeAsync(AnswerSource source, string key, PipelineFeatures features, CancellationToken ct)
    {
        var second = SecondOf(source, features);
        var place = second?.PlaceOf(key) ?? default;
        // What is kept and vouched for is to be made anew, because of its age or of a commit; the second level has nothing better.
        if (second is not null && !(_cache.TryPeek<Answer>(key, out var kept, out _) && second.Trusts(kept))
            && await second.FindAsync(place, key, Ttl(source), ct).ConfigureAwait(false) is { } found)
        {
            Keep(source, key, found);
            return new(found, AnswerOrigin.SecondLevel);
        }

        var answer = await MakeOrRetryAsync(source, key, place, features, ct).ConfigureAwait(false);
        second?.Store(place, key, answer, Ttl(source) + _settings.Current.StaleWhileRevalidate);
        return new(answer, AnswerOrigin.Made);
    }

    private async ValueTask<Answer> MakeOrRetryAsync(AnswerSource source, string key, SecondLevelPlace place, PipelineFeatures features, CancellationToken ct)
    {
        try
        {
            return await MakeAsync(source, key, place, features, ct).ConfigureAwait(false);
        }
        catch (Exception failure) when (features != PipelineFeatures.None
            && FailurePolicies.For(PipelineOperation.Read, failure) is { } policy && policy.Steps.HasFlag(FailureStep.Retry))
        {
            // A card often reads at the second try what it could not at the first. Twice is enough: each try may take it seconds.
            return await MakeAsync(source, key, place, features, ct).ConfigureAwait(false);
        }
    }

    private async ValueTask<Answer> MakeAsync(AnswerSource source, string key, SecondLevelPlace place, PipelineFeatures features, CancellationToken ct)
    {
        var builder = new AnswerBuilder(_cache.Tags, features, _time.GetTimestamp(), place.Read);
        await source.MakeAsync(key, builder, ct).ConfigureAwait(false);
        var answer = builder.Build();
        if ((features & PipelineFeatures.Caching) != 0)
            Keep(source, key, answer);
        return answer;
    }

    /// <summary>The second level, where answers of the source go there.</summary>
    private SecondLevel? SecondOf(AnswerSource source, PipelineFeatures features) =>
        _second is not null && features.HasFlag(PipelineFeatures.Caching | PipelineFeatures.SecondLevel) && source.Policy.IsShared ? _second : null;

    /// <summary>Redis, where it has answers of the source, has not said that it changed, and would have said so.</summary>
    private bool IsTrusted(AnswerSource source, Answer kept, PipelineFeatures features) => SecondOf(source, features) is not { } second || second.Trusts(kept);

    private void Keep(AnswerSource source, string key, Answer answer)
    {
        var settings = _settings.Current;
        // Its time began when it was made, by whichever process.
        var left = Ttl(source) - _time.GetElapsedTime(answer.MadeAt);
        if (left <= TimeSpan.Zero)
            return;
        _cache.Set(key, answer, new()
        {
            SizeBytes = answer.SizeBytes,
            TimeToLive = left,
            StaleFor = settings.StaleIfError > settings.StaleWhileRevalidate ? settings.StaleIfError : settings.StaleWhileRevalidate,
            Started = answer.Started,
            Tags = answer.Tags,
        });
    }

    /// <summary>What was last known, where the failure's policy allows that.</summary>
    private Answer? Fallback(AnswerSource source, string key, PipelineFeatures features, Exception failure)
    {
        if ((features & PipelineFeatures.Caching) == 0 || FailurePolicies.For(PipelineOperation.Read, failure) is not { } policy)
            return null;
        if (!_cache.TryPeek<Answer>(key, out var kept, out _) || _time.GetElapsedTime(kept.MadeAt) >= Ttl(source) + _settings.Current.StaleIfError)
            return null;
        return policy.Steps.HasFlag(FailureStep.Stale) || (policy.Steps.HasFlag(FailureStep.Expired) && kept.IsCurrent) ? kept : null;
    }

    [LoggerMessage(EventId = 5001, Level = LogLevel.Debug, Message = "An answer of {Route} could not be refreshed")]
    private static partial void LogRefreshFailed(ILogger logger, string route, Exception exception);
}
