using System.Collections.Concurrent;
using System.Diagnostics;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Faults;

/// <summary>Callers that ask one request after the other until the end, each with a deadline, while a test makes things fail.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    /// <summary>What each request gets.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    /// <summary>How much later a request may end, beyond what the machine was late by.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(250);

    /// <summary>From the moment a server is well again.</summary>
    private static readonly TimeSpan BackLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly Lateness _lateness = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<string> _late = new();
    private readonly ConcurrentDictionary<string, int> _failures = new();
    private readonly Task[] _callers;
    private readonly long[] _latestGoodStart;
    private long _requests;
    private long _good;

    /// <param name="callers">How many at once.</param>
    /// <param name="request">One request of a caller, who is a number from 0; throws when it fails. What xunit throws ends the traffic: the answer was wrong.</param>
    public Traffic(int callers, Func<int, Task> request)
    {
        _latestGoodStart = new long[callers];
        _callers = [.. Enumerable.Range(0, callers).Select(caller => Task.Run(() => AskAsync(caller, request)))];
    }

    /// <summary>Requests that ended.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Those that succeeded.</summary>
    public long Good => Interlocked.Read(ref _good);

    /// <summary>Waits until so many more requests have succeeded.</summary>
    public Task SucceedAsync(int more) => UntilAsync(() => Good, Good + more, "requests that succeed");

    /// <summary>Waits until so many more requests have failed.</summary>
    public Task FailAsync(int more) => UntilAsync(() => Requests - Good, Requests - Good + more, "requests that fail");

    /// <summary>A server is well from now on: waits until every caller has had an answer to what it asked from now on, and checks when that was.</summary>
    public async Task BeBackAsync()
    {
        var healed = Stopwatch.GetTimestamp();
        var back = await UntilAsync(() => _latestGoodStart.Count(start => start >= healed), _callers.Length, "callers that are served again") - _lateness.Since(healed);
        Assert.True(back <= BackLimit, $"Traffic was back after {back.TotalMilliseconds:0} ms; failures: {DescribeFailures()}");
    }

    /// <summary>Ends it; throws when an answer was wrong, a request late, or the endpoints tried too often.</summary>
    /// <param name="endpoints">Whom was asked.</param>
    public async Task EndAsync(params IConnectionEndpoint[] endpoints)
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_callers);
        Assert.True(_late.IsEmpty, $"{_late.Count} requests ended late: {string.Join("; ", _late.Take(3))}");
        var extra = endpoints.Sum(static endpoint => endpoint.Resilience!.Budget.Withdrawn);
        // Those that an open circuit refused asked nobody, and would hide a storm.
        var asked = Requests - _failures.GetValueOrDefault(nameof(CircuitOpenException));
        Assert.True(extra <= 0.2 * asked, $"{extra} extra attempts for {asked} requests");
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_callers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _lateness.DisposeAsync();
        _ending.Dispose();
    }

    /// <summary>What failed how often.</summary>
    public string DescribeFailures() => string.Join(", ", _failures.Select(static pair => $"{pair.Value} {pair.Key}"));

    private async Task AskAsync(int caller, Func<int, Task> request)
    {
        while (!_ending.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var failure = await Record.ExceptionAsync(() => request(caller));
            var over = Stopwatch.GetElapsedTime(started) - Deadline;
            if (failure is Xunit.Sdk.IAssertionException or ObjectDisposedException or NullReferenceException or InvalidOperationException)
                throw new InvalidOperationException("A wrong answer, or a failure that nobody should see.", failure);
            if (over > Slack && over > Slack + _lateness.Since(Stopwatch.GetTimestamp() - (long)(over.TotalSeconds * Stopwatch.Frequency)))
                _late.Enqueue($"{over.TotalMilliseconds:0} ms after its deadline, with {failure}");
            Interlocked.Increment(ref _requests);
            if (failure is null)
            {
                Volatile.Write(ref _latestGoodStart[caller], started);
                Interlocked.Increment(ref _good);
            }
            else
            {
                _failures.AddOrUpdate(failure.GetType().Name, 1, static (_, count) => count + 1);
            }

            // A caller that is refused at once would do nothing but ask.
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task<TimeSpan> UntilAsync(Func<long> count, long wanted, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (count() < wanted)
        {
            if (_callers.FirstOrDefault(static caller => caller.IsFaulted) is { } broken)
                await broken;
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"{count()} instead of {wanted} {what}; failures: {DescribeFailures()}");
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
