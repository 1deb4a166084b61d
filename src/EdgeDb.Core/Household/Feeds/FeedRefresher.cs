using System.Collections.Concurrent;
using EdgeDb.Core.Access;
using EdgeDb.Core.Security;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Household;

/// <summary>Reads feeds when they are due, two at a time, and applies what they brought.</summary>
internal sealed partial class FeedRefresher(
    FeedStore store, FeedClient client, FeedImport import, Func<TimeSpan> interval, TimeProvider time, ILogger<FeedRefresher> logger)
{
    /// <summary>A slow host must not hold up the others; more at once would only fight for the one writer and the memory.</summary>
    private const int Concurrency = 2;

    // A wrong clock must not silence a feed for years: the store's times are compared again at least this often.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, bool> _refreshing = new(StringComparer.Ordinal);

    /// <summary>Raised when a feed begins or stops being read, which no commit tells. Handlers must not throw.</summary>
    public event Action? Changed;

    /// <summary>
    /// True while the feed is being read or applied. Once the result is written down the next attempt lies ahead: whoever
    /// hears of that commit must not see the feed as still being read.
    /// </summary>
    public bool IsRefreshing(Feed feed) => _refreshing.ContainsKey(feed.Id) && feed.NextAttemptAt <= time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Refreshes some of what is due, two feeds at most. Returns how long nothing else will be.</summary>
    /// <param name="report">Told how many of how many are done.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal async Task<TimeSpan> RefreshDueAsync(Action<int, int> report, CancellationToken cancellationToken)
    {
        var feeds = await store.ListAsync(Sight.Everything, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        // A few at a time, new ones first: somebody may be waiting for them, while a host that hangs holds up one round only.
        var due = feeds.Where(f => IsDue(f, now)).OrderBy(static f => f.LastAttemptAt is not null).ThenBy(static f => f.NextAttemptAt)
            .Take(Concurrency).ToList();
        var done = 0;
        if (due.Count > 0)
            report(0, due.Count);
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (feed, token) =>
            {
                await RefreshAsync(feed, token).ConfigureAwait(false);
                report(Interlocked.Increment(ref done), due.Count);
            }).ConfigureAwait(false);
        if (due.Count > 0)
            return TimeSpan.Zero;
        var next = feeds.Count == 0 ? LongestSleep : TimeSpan.FromSeconds(feeds.Min(static f => f.NextAttemptAt) - now);
        return next < LongestSleep ? next : LongestSleep;
    }

    // A next attempt further ahead than any pause was written down while the clock was wrong.
    private static bool IsDue(Feed feed, long now) =>
        feed.NextAttemptAt <= now || feed.NextAttemptAt > now + (long)(FeedSchedule.LongestInterval.TotalSeconds * 1.5);

    private async Task RefreshAsync(Feed feed, CancellationToken cancellationToken)
    {
        _refreshing[feed.Id] = true;
        Changed?.Invoke();
        try
        {
            var response = await client.ReadAsync(AddressOf(feed), feed.ETag, feed.LastModified, feed.ContentHash, cancellationToken).ConfigureAwait(false);
            if (response.Content is null)
            {
                await store.RecordUnchangedAsync(feed, response, FeedSchedule.AfterSuccess(interval(), feed.AskedInterval, Jitter()), cancellationToken).ConfigureAwait(false);
                LogUnchanged(logger, feed.Id);
                return;
            }
            var result = await import.ApplyAsync(
                feed, response, asked => FeedSchedule.AfterSuccess(interval(), asked, Jitter()), cancellationToken).ConfigureAwait(false);
            LogApplied(logger, feed.Id, result.Events, result.Changed, result.Removed, result.Skipped);
        }
        catch (FeedFailure failure)
        {
            var pause = FeedSchedule.AfterFailure(feed.Failures + 1, failure.RetryAfter, Jitter());
            LogFailed(logger, feed.Id, failure.Reason, failure.Detail, pause);
            await store.RecordFailureAsync(feed, failure, pause, cancellationToken).ConfigureAwait(false);
        }
        catch (HouseholdException exception) when (exception.Error == HouseholdError.NotFound)
        {
            LogGone(logger, feed.Id);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever one feed does, the others go on, and its owner is told.
            var pause = FeedSchedule.AfterFailure(feed.Failures + 1, null, Jitter());
            LogBroken(logger, feed.Id, pause, exception);
            await store.RecordFailureAsync(
                feed, new FeedFailure("internal", "The calendar could not be stored; the log of the service says why."), pause, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _refreshing.TryRemove(feed.Id, out _);
            Changed?.Invoke();
        }
    }

    private FeedAddress AddressOf(Feed feed)
    {
        try
        {
            return store.AddressOf(feed);
        }
        catch (SealBrokenException broken)
        {
            throw new FeedFailure("address-lost", broken.Message);
        }
    }

    private static double Jitter() => Random.Shared.NextDouble();

    [LoggerMessage(EventId = 3001, Level = LogLevel.Debug, Message = "Feed {FeedId} has not changed")]
    private static partial void LogUnchanged(ILogger logger, string feedId);

    [LoggerMessage(
        EventId = 3002, Level = LogLevel.Information,
        Message = "Feed {FeedId} applied: {Events} events, {Changed} new or changed, {Removed} removed, {Skipped} items skipped")]
    private static partial void LogApplied(ILogger logger, string feedId, long events, long changed, long removed, long skipped);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning, Message = "Feed {FeedId} failed ({Reason}): {Detail} Next try in {Pause}")]
    private static partial void LogFailed(ILogger logger, string feedId, string reason, string detail, TimeSpan pause);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Information, Message = "Feed {FeedId} was removed while it was read")]
    private static partial void LogGone(ILogger logger, string feedId);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Error, Message = "Feed {FeedId} could not be stored. Next try in {Pause}")]
    private static partial void LogBroken(ILogger logger, string feedId, TimeSpan pause, Exception exception);
}
