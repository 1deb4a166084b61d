using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Resilience;

public sealed class EndpointBreakerTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<CircuitEvent> _events = [];
    private readonly EndpointBreaker _breaker;

    public EndpointBreakerTests() => _breaker = Make(new CircuitBreakerOptions { Jitter = 0 });

    [Fact]
    public void Three_connect_failures_in_a_row_open_the_endpoint_and_the_refusal_says_so()
    {
        Fail(FailureKind.Connect, 3, 200);
        Assert.False(_breaker.TryEnter("read", out _, out var refusal));
        Assert.Equal(CircuitState.Open, refusal.State);
        Assert.Equal("db", refusal.Endpoint);
        Assert.Null(refusal.OperationClass);
        Assert.Equal("db is not used; try again in 4.8 s: 3 connect failures in a row within 0.4 s (ConnectFailures is 3).", refusal.Message);
        Assert.Equal(TimeSpan.FromSeconds(4.8), refusal.RetryAfter);
        var opened = Assert.Single(_events);
        Assert.Equal((CircuitEventKind.Opened, FailureKind.Connect, 3), (opened.Kind, opened.Failure, opened.FailuresInARow));
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(4.8), opened.Until);
    }

    [Fact]
    public void Failures_of_one_moment_are_one_event()
    {
        Fail(FailureKind.Connect, 100, 0);
        Assert.Equal(CircuitState.Closed, _breaker.State);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Fail(FailureKind.Connect, 1);
        Assert.Equal(CircuitState.Open, _breaker.State);
    }

    [Fact]
    public void An_answer_of_anybody_ends_a_row()
    {
        Fail(FailureKind.Connect, 2, 200);
        Succeed();
        Fail(FailureKind.Connect, 2, 200);
        Assert.Equal(CircuitState.Closed, _breaker.State);
    }

    [Fact]
    public void An_endpoint_that_failed_now_and_then_takes_six_in_a_row_for_a_day()
    {
        Fail(FailureKind.Connect, 1);
        Succeed();
        _time.Advance(TimeSpan.FromHours(23));
        Fail(FailureKind.Connect, 5, 200);
        Assert.Equal(CircuitState.Closed, _breaker.State);
        Fail(FailureKind.Connect, 1);
        Assert.Equal(CircuitState.Open, _breaker.State);
        _breaker.Reset(null, "for the test");
        _time.Advance(TimeSpan.FromHours(25));
        Fail(FailureKind.Connect, 3, 200);
        Assert.Equal(CircuitState.Open, _breaker.State);
    }

    [Fact]
    public void Errors_of_callers_and_cancellations_say_nothing()
    {
        Fail(FailureKind.Connect, 2, 200);
        Fail(FailureKind.Caller, 100, 10);
        Enter(out var ticket);
        _breaker.SaidNothing(ticket);
        Assert.Equal(2, _breaker.Snapshot().ConnectFailuresInARow);
        Fail(FailureKind.Connect, 1);
        Assert.Equal(CircuitState.Open, _breaker.State);
    }

    [Fact]
    public void Timeouts_leave_a_smaller_limit_time_to_help_and_open_after_five_when_it_did_not()
    {
        Fail(FailureKind.Timeout, 3, 100);
        Fail(FailureKind.Overload, 2, 100);
        Assert.Equal(CircuitState.Closed, _breaker.State);
        Fail(FailureKind.Timeout, 1);
        Assert.Equal(CircuitState.Open, _breaker.State);
        Assert.Equal("6 times in a row no answer in time (SlowFailures is 5).", _events[^1].Reason);
    }

    [Fact]
    public void Half_of_twenty_being_slow_opens_although_answers_come_in_between()
    {
        for (var i = 0; i < 10; i++)
        {
            Fail(FailureKind.Timeout, 1, 100);
            Assert.Equal(CircuitState.Closed, _breaker.State);
            Succeed();
        }

        Fail(FailureKind.Timeout, 1, 300);
        Assert.Empty(_events);
        Fail(FailureKind.Timeout, 1);
        Assert.Equal(CircuitState.Open, _breaker.State);
        Assert.Equal("12 of 22 times too slow within 10 s (SlowRatio is 0.5).", _events[^1].Reason);
    }

    [Fact]
    public void What_is_older_than_the_window_is_not_counted()
    {
        for (var i = 0; i < 100; i++)
        {
            Fail(FailureKind.Timeout, 1, 1500);
            Succeed();
        }

        Assert.Empty(_events);
        Assert.InRange(_breaker.Snapshot().SlowInWindow, 6, 7);
    }

    [Fact]
    public void Ten_failed_operations_of_a_class_open_only_that_class()
    {
        Fail(FailureKind.Query, 10, 50, "report");
        Assert.False(_breaker.TryEnter("report", out _, out var refusal));
        Assert.Equal("report", refusal.OperationClass);
        Assert.StartsWith("db, operation class report, is not used; try again in 5 s: 10 operations of this class in a row failed", refusal.Message, StringComparison.Ordinal);
        Assert.True(_breaker.TryEnter("read", out _, out _));
        Assert.Equal(CircuitState.Closed, _breaker.State);
        Assert.Equal((CircuitLevel.OperationClass, "report"), (_events[^1].Level, _events[^1].OperationClass));
    }

    [Fact]
    public void A_failed_operation_is_an_answer_of_the_endpoint()
    {
        Fail(FailureKind.Connect, 2, 200);
        Fail(FailureKind.Query, 1);
        Fail(FailureKind.Connect, 2, 200);
        Assert.Equal(CircuitState.Closed, _breaker.State);
    }

    [Fact]
    public void A_success_of_a_class_ends_its_row_only()
    {
        Fail(FailureKind.Query, 9, 50, "report");
        Fail(FailureKind.Query, 9, 50, "search");
        Succeed("search");
        Fail(FailureKind.Query, 1, 0, "search");
        Fail(FailureKind.Query, 1, 0, "report");
        Assert.True(_breaker.IsClosed("search"));
        Assert.False(_breaker.IsClosed("report"));
    }

    [Fact]
    public void A_class_that_no_longer_fails_is_forgotten_so_that_the_fast_path_is_fast_again()
    {
        Fail(FailureKind.Query, 1, 0, "report");
        _time.Advance(TimeSpan.FromMinutes(11));
        Succeed("read");
        Assert.Empty(_breaker.Snapshot().Classes);
    }

    [Fact]
    public void After_the_break_one_probe_at_a_time_passes_and_two_answers_close()
    {
        Fail(FailureKind.Connect, 3, 200);
        _time.Advance(TimeSpan.FromSeconds(5));
        Enter(out var probe);
        Assert.False(_breaker.TryEnter("read", out _, out var refusal));
        Assert.Equal(CircuitState.HalfOpen, refusal.State);
        Assert.Contains("is being probed", refusal.Message, StringComparison.Ordinal);
        _breaker.Succeeded("read", probe);
        Assert.Equal(CircuitState.HalfOpen, _breaker.State);
        Enter(out probe);
        _breaker.Succeeded("read", probe);
        Assert.Equal([CircuitEventKind.Opened, CircuitEventKind.HalfOpened, CircuitEventKind.Closed], _events.ConvertAll(static e => e.Kind));
    }

    [Fact]
    public void Breaks_double_up_to_the_longest_and_start_over_after_a_stable_minute()
    {
        Fail(FailureKind.Connect, 3, 200);
        double[] breaks = [5, 10, 20, 40, 60, 60];
        foreach (var seconds in breaks)
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), _events[^1].Until - _events[^1].At);
            _time.Advance(TimeSpan.FromSeconds(seconds));
            Fail(FailureKind.Connect, 1);
        }

        CloseByProbes(TimeSpan.FromSeconds(60));
        _time.Advance(TimeSpan.FromSeconds(30));
        Fail(FailureKind.Connect, 3, 200);
        Assert.Equal(TimeSpan.FromSeconds(60), _events[^1].Until - _events[^1].At);
        CloseByProbes(TimeSpan.FromSeconds(60));
        _time.Advance(TimeSpan.FromSeconds(61));
        Fail(FailureKind.Connect, 3, 200);
        Assert.Equal(TimeSpan.FromSeconds(5), _events[^1].Until - _events[^1].At);
    }

    [Fact]
    public void Jitter_shortens_a_break_by_up_to_its_share()
    {
        var breaker = Make(new CircuitBreakerOptions { FlakyMemory = TimeSpan.Zero, StableAfter = TimeSpan.Zero });
        var lengths = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            Fail(breaker, FailureKind.Connect, 3, 200);
            lengths.Add((_events[^1].Until - _events[^1].At)!.Value.TotalSeconds);
            breaker.Reset(null, "for the test");
        }

        Assert.InRange(lengths.Min(), 4, 4.1);
        Assert.InRange(lengths.Max(), 4.9, 5);
    }

    [Fact]
    public void A_probe_whose_caller_gave_up_leaves_the_circuit_half_open_and_the_next_one_passes()
    {
        Fail(FailureKind.Connect, 3, 200);
        _time.Advance(TimeSpan.FromSeconds(5));
        Enter(out var probe);
        _breaker.SaidNothing(probe);
        Assert.Equal(CircuitState.HalfOpen, _breaker.State);
        Enter(out _);
    }

    [Fact]
    public void A_probe_that_never_ends_counts_as_failed_and_its_late_outcome_not_at_all()
    {
        Fail(FailureKind.Connect, 3, 200);
        _time.Advance(TimeSpan.FromSeconds(5));
        Enter(out var lost);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(_breaker.TryEnter("read", out _, out var refusal));
        Assert.Equal(CircuitState.Open, refusal.State);
        _time.Advance(TimeSpan.FromSeconds(10));
        Enter(out var probe);
        _breaker.Failed("read", lost, FailureKind.Connect);
        Assert.Equal(CircuitState.HalfOpen, _breaker.State);
        _breaker.Succeeded("read", probe);
    }

    [Fact]
    public void Work_begun_before_a_break_neither_closes_nor_reopens_the_circuit()
    {
        Enter(out var early);
        Fail(FailureKind.Connect, 3, 200);
        _breaker.Succeeded("read", early);
        Assert.Equal(CircuitState.Open, _breaker.State);
        CloseByProbes(TimeSpan.FromSeconds(5));
        _breaker.Failed("read", early, FailureKind.Connect);
        Assert.Equal(0, _breaker.Snapshot().ConnectFailuresInARow);
    }

    [Fact]
    public void A_refused_class_does_not_use_up_the_probe_of_the_endpoint()
    {
        Fail(FailureKind.Query, 10, 50, "report");
        Fail(FailureKind.Connect, 3, 200);
        _breaker.Isolate("report", "Too expensive.");
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(_breaker.TryEnter("report", out _, out var refusal));
        Assert.Equal("report", refusal.OperationClass);
        Enter(out _);
    }

    [Fact]
    public void An_answered_check_ends_a_long_break_early_but_checks_that_prove_wrong_have_to_wait()
    {
        Fail(FailureKind.Connect, 3, 200);
        _breaker.ReportReachable();
        Assert.Equal(CircuitState.Open, _breaker.State);
        foreach (var seconds in (double[])[1, 2, 4])
        {
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(300));
            _breaker.ReportReachable();
            Assert.Equal(CircuitState.Open, _breaker.State);
            _time.Advance(TimeSpan.FromMilliseconds(300));
            _breaker.ReportReachable();
            Assert.Equal(CircuitState.HalfOpen, _breaker.State);
            Fail(FailureKind.Timeout, 1);
        }
    }

    [Fact]
    public void A_person_isolates_and_resets_an_endpoint_and_a_class()
    {
        _breaker.Isolate(null, "Maintenance until noon.");
        Assert.False(_breaker.TryEnter("read", out _, out var refusal));
        Assert.Equal("db is isolated until somebody resets it: Maintenance until noon.", refusal.Message);
        Assert.Null(refusal.RetryAfter);
        _time.Advance(TimeSpan.FromDays(1));
        _breaker.ReportReachable();
        Assert.Equal(CircuitState.Isolated, _breaker.State);
        _breaker.Reset(null, "Done.");
        Enter(out _);

        _breaker.Isolate("report", "Too expensive.");
        Assert.False(_breaker.TryEnter("report", out _, out _));
        Enter(out _);
        _breaker.Reset("report", "Bought a bigger board.");
        Assert.True(_breaker.TryEnter("report", out _, out _));
        Assert.Equal(
            [CircuitEventKind.Isolated, CircuitEventKind.Closed, CircuitEventKind.Isolated, CircuitEventKind.Closed], _events.ConvertAll(static e => e.Kind));
    }

    [Fact]
    public void A_listener_may_call_back_and_may_throw()
    {
        _breaker.Happened += _ => throw new InvalidOperationException("Not the caller's problem.");
        _breaker.Happened += e =>
        {
            if (e.Kind == CircuitEventKind.Opened)
                _breaker.Reset(null, "A listener said so.");
        };
        Fail(FailureKind.Connect, 3, 200);
        Assert.Equal([CircuitEventKind.Opened, CircuitEventKind.Closed], _events.ConvertAll(static e => e.Kind));
        Assert.Equal(_events, _breaker.Snapshot().Latest);
    }

    [Fact]
    public void Every_wrong_option_is_named_in_one_message()
    {
        var options = new CircuitBreakerOptions
        {
            ConnectFailures = 0, SlowRatio = double.NaN, FirstBreak = TimeSpan.FromMinutes(2), MinimumSpan = TimeSpan.FromSeconds(-1),
        };
        var refusal = Assert.Throws<ArgumentException>(() => new EndpointBreaker("db", options, _time, NullLogger.Instance));
        Assert.Contains("db: ConnectFailures is 0; the range is 1 to 1000.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("db: MinimumSpan is -1000 ms; the range is 0 ms to 60 s.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("db: SlowRatio is NaN; the range is 0.05 to 1.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("db: LongestBreak is 60 s; the range is 120 s to 3600 s.", refusal.Message, StringComparison.Ordinal);
    }

    private EndpointBreaker Make(CircuitBreakerOptions options, string name = "db")
    {
        var breaker = new EndpointBreaker(name, options, _time, NullLogger.Instance);
        breaker.Happened += _events.Add;
        return breaker;
    }

    private void CloseByProbes(TimeSpan after)
    {
        _time.Advance(after);
        Succeed();
        Succeed();
        Assert.Equal(CircuitState.Closed, _breaker.State);
    }

    private void Enter(out CircuitTicket ticket)
    {
        if (!_breaker.TryEnter("read", out ticket, out var refusal))
            Assert.Fail(refusal.Message);
    }

    private void Succeed(string operationClass = "read")
    {
        Assert.True(_breaker.TryEnter(operationClass, out var ticket, out _));
        _breaker.Succeeded(operationClass, ticket);
    }

    private void Fail(FailureKind kind, int times, int everyMs = 0, string operationClass = "read") => Fail(_breaker, kind, times, everyMs, operationClass);

    private void Fail(EndpointBreaker breaker, FailureKind kind, int times, int everyMs, string operationClass = "read")
    {
        for (var i = 0; i < times; i++)
        {
            if (!breaker.TryEnter(operationClass, out var ticket, out var refusal))
                Assert.Fail(refusal.Message);
            breaker.Failed(operationClass, ticket, kind);
            _time.Advance(TimeSpan.FromMilliseconds(everyMs));
        }
    }
}
