using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Decides from the kinds of failures of one endpoint when work for it, or for one of its operation classes, is refused.
/// <list type="table">
/// <item><term><see cref="FailureKind.Connect"/></term><description>3 in a row open the endpoint.</description></item>
/// <item><term><see cref="FailureKind.Timeout"/>, <see cref="FailureKind.Overload"/></term><description>5 in a row, or half of at least 20 within
/// 10 s, open the endpoint, but not before the concurrency limit, which shrinks for the same failures, has had time to help: 250 ms from the third in a row on.</description></item>
/// <item><term><see cref="FailureKind.Query"/></term><description>10 in a row open the operation class. For the endpoint it is an answer.</description></item>
/// <item><term><see cref="FailureKind.Caller"/></term><description>Says nothing, neither good nor bad.</description></item>
/// </list>
/// <para><b>In a row</b> means: no answer in between, whoever asked. That alone opens too easily: faults that hit each request independently with
/// probability p put 3 in a row with probability p³, 1 in a million requests at 1 %. Two conditions take that away.
/// First, the row must span <see cref="CircuitBreakerOptions.MinimumSpan"/> (250 ms): at λ requests a second it then holds about λ/4 requests, 25 at 100/s,
/// and one blip that hits many callers at once is one event. Below 8/s the span is no help, but an endpoint with such faults
/// shows single ones too, one in 100 requests, so second: a connect failure between two answers is remembered for a day, and during that day it takes 6 in a row
/// (p⁶ = 1e-12). What remains is the first fault since the start, or since a day without any: 1e-4 that it is the first of
/// three. <c>FalseOpenTests</c> holds these figures.</para>
/// <para>Work that passes a closed circuit of a healthy endpoint reads two fields and writes none; the lock is taken only while failures are
/// recent. (Counting every outcome, as Polly's breaker does under its lock, is what makes that one slower with every core.)</para>
/// </summary>
internal sealed class EndpointBreaker
{
    private static readonly TimeSpan ProbeIsRunning = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CircuitBreakerOptions _options;
    private readonly TimeProvider _time;
    private readonly CircuitEventLog _events;
    private readonly Circuit _endpoint;
    private readonly ClassCircuits _classes;
    private readonly FailureWindow _window;

    // The two fields of the fast path: written under the lock, read without.
    private volatile bool _mayRefuse;
    private volatile bool _counts;

    private int _connectFailures;
    private long _firstConnectFailureAt;
    private long? _flakyAt;
    private int _slowFailures;
    private long? _suspectAt;
    private long _refused;

    /// <summary>Throws <see cref="ArgumentException"/> with every problem when the options are wrong.</summary>
    public EndpointBreaker(string name, CircuitBreakerOptions options, TimeProvider time, ILogger logger)
    {
        var problems = new List<string>();
        options.Validate(name, problems);
        problems.ThrowIfAny();

        Name = name;
        _options = options;
        _time = time;
        _events = new CircuitEventLog(logger);
        _endpoint = new Circuit(options, time, name, null, _events);
        _classes = new ClassCircuits(options, time, name, _events);
        _window = new FailureWindow((long)(options.Window.TotalSeconds * time.TimestampFrequency));
    }

    /// <summary>Events of the endpoint and its classes, in order, on the thread of the work that caused them.</summary>
    public event Action<CircuitEvent>? Happened
    {
        add => _events.Happened += value;
        remove => _events.Happened -= value;
    }

    /// <summary>Name of the endpoint.</summary>
    public string Name { get; }

    /// <summary>State of the endpoint's circuit.</summary>
    public CircuitState State
    {
        get
        {
            lock (_gate)
                return _endpoint.State;
        }
    }

    /// <summary>True when work is let in without probing anything: extra attempts make sense only then.</summary>
    public bool IsClosed(string? operationClass)
    {
        if (!_mayRefuse)
            return true;
        lock (_gate)
            return _endpoint.State == CircuitState.Closed && (_classes.Find(operationClass)?.State ?? CircuitState.Closed) == CircuitState.Closed;
    }

    /// <summary>Lets work in, or says why not. Whoever was let in has to call one of <see cref="Succeeded"/>, <see cref="Failed"/> and <see cref="SaidNothing"/>.</summary>
    public bool TryEnter(string? operationClass, out CircuitTicket ticket, [NotNullWhen(false)] out CircuitOpenException? refusal)
    {
        if (!_mayRefuse)
        {
            // Read after _mayRefuse: should the circuit open in between, the epoch is that of the break, in which only probes count.
            ticket = new CircuitTicket(_endpoint.Epoch, false, null, 0, false);
            refusal = null;
            return true;
        }

        lock (_gate)
            refusal = TryEnter_NeedsLock(operationClass, out ticket);
        _events.Deliver();
        return refusal is null;
    }

    /// <summary>The work was answered.</summary>
    public void Succeeded(string? operationClass, in CircuitTicket ticket)
    {
        if (!_counts && !ticket.IsProbe)
            return;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            Answered_NeedsLock(ticket, now);
            _classes.Succeeded(operationClass, ticket, now);
            Publish_NeedsLock(now);
        }

        _events.Deliver();
    }

    /// <summary>The work failed.</summary>
    public void Failed(string? operationClass, in CircuitTicket ticket, FailureKind failure)
    {
        if (failure == FailureKind.Caller)
        {
            SaidNothing(ticket);
            return;
        }

        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (failure == FailureKind.Query)
            {
                Answered_NeedsLock(ticket, now);
                _classes.Failed(operationClass, ticket, now);
            }
            else
            {
                EndpointFailed_NeedsLock(ticket, failure, now);
                ClassCircuits.SaidNothing(ticket);
            }

            Publish_NeedsLock(now);
        }

        _events.Deliver();
    }

    /// <summary>The work says nothing about the endpoint: its caller gave up, or made a mistake of its own.</summary>
    public void SaidNothing(in CircuitTicket ticket)
    {
        if (!ticket.IsProbe && !ticket.IsClassProbe)
            return;
        lock (_gate)
        {
            if (ticket.IsProbe && ticket.Epoch == _endpoint.Epoch)
                _endpoint.ProbeSaidNothing();
            ClassCircuits.SaidNothing(ticket);
        }
    }

    /// <summary>
    /// Something else than work, such as a check in the background, was answered by the endpoint: probes start now instead of at the end of the break.
    /// So recovery is noticed within seconds after a long break, too, while callers' work is not spent on trying.
    /// </summary>
    public void ReportReachable()
    {
        if (!_mayRefuse)
            return;
        lock (_gate)
            _endpoint.EndEarly("A check in the background was answered.", _time.GetTimestamp());
        _events.Deliver();
    }

    /// <summary>Refuses work until <see cref="Reset"/>: of the endpoint, or of one operation class.</summary>
    /// <param name="operationClass">The class; null for the endpoint.</param>
    /// <param name="reason">Why, for those who are refused.</param>
    /// <param name="since">When it was decided; null for now.</param>
    public void Isolate(string? operationClass, string reason, DateTimeOffset? since = null)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (operationClass is null)
                _endpoint.Isolate(reason, since);
            else
                _classes.Isolate(operationClass, reason, since, now);
            Publish_NeedsLock(now);
        }

        _events.Deliver();
    }

    /// <summary>Closes at once, whatever the state, and forgets all failures: of the endpoint, or of one operation class.</summary>
    public void Reset(string? operationClass, string reason)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (operationClass is not null)
            {
                _classes.Reset(operationClass, reason, now);
            }
            else
            {
                _endpoint.Reset(reason, now);
                _classes.ResetAll(reason, now);
                Forget_NeedsLock();
            }

            Publish_NeedsLock(now);
        }

        _events.Deliver();
    }

    /// <summary>All circuits as they are now.</summary>
    public CircuitSnapshot Snapshot()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            _window.Advance(now);
            var retryAfter = _endpoint.State == CircuitState.Closed ? null : _endpoint.RetryAfter(now);
            return new CircuitSnapshot(
                Name, _endpoint.State, _endpoint.Reason, _endpoint.Since, retryAfter, _endpoint.TimesOpened, _refused, _connectFailures, _slowFailures,
                _window.Failures, _window.Total, _classes.Snapshot(now), _events.Latest());
        }
    }

    private CircuitOpenException? TryEnter_NeedsLock(string? operationClass, out CircuitTicket ticket)
    {
        var now = _time.GetTimestamp();
        var ofClass = _classes.Find(operationClass);
        ticket = default;
        // Both are asked before one is entered: a probe of the endpoint must not be used up by work that its class refuses.
        var refusedBy = !_endpoint.CanEnter(now) ? _endpoint : ofClass?.CanEnter(now) == false ? ofClass : null;
        if (refusedBy is not null)
        {
            _refused++;
            return Refusal(refusedBy, ReferenceEquals(refusedBy, ofClass) ? operationClass : null, now);
        }

        var isProbe = _endpoint.Enter(now);
        var isClassProbe = ofClass is not null && _classes.Enter(ofClass, now);
        ticket = new CircuitTicket(_endpoint.Epoch, isProbe, ofClass, ofClass?.Epoch ?? 0, isClassProbe);
        return null;
    }

    private CircuitOpenException Refusal(Circuit circuit, string? operationClass, long now)
    {
        var what = operationClass is null ? Name : $"{Name}, operation class {operationClass},";
        if (circuit.RetryAfter(now) is not { } left)
            return new CircuitOpenException($"{what} is isolated until somebody resets it: {circuit.Reason}", Name, operationClass, circuit.Reason);
        if (circuit.State == CircuitState.HalfOpen)
            left = ProbeIsRunning;
        var state = circuit.State == CircuitState.HalfOpen ? "is being probed; try again" : "is not used; try again";
        return new CircuitOpenException(
            $"{what} {state} in {left.TotalSeconds:0.#} s: {circuit.Reason}", Name, operationClass, circuit.State, circuit.Reason, left);
    }

    private bool Counts_NeedsLock(in CircuitTicket ticket) =>
        ticket.Epoch == _endpoint.Epoch && (ticket.IsProbe || _endpoint.State == CircuitState.Closed);

    private void Answered_NeedsLock(in CircuitTicket ticket, long now)
    {
        if (!Counts_NeedsLock(ticket))
            return;
        if (ticket.IsProbe)
        {
            _endpoint.ProbeAnswered(now);
            return;
        }

        if (_connectFailures > 0)
            _flakyAt = now;
        _connectFailures = _slowFailures = 0;
        if (_window.Failures > 0)
            _window.Add(now, false);
    }

    private void EndpointFailed_NeedsLock(in CircuitTicket ticket, FailureKind failure, long now)
    {
        if (!Counts_NeedsLock(ticket))
            return;
        if (ticket.IsProbe)
            _endpoint.ProbeFailed(failure, now);
        else if (failure == FailureKind.Connect)
            ConnectFailed_NeedsLock(now);
        else
            WasSlow_NeedsLock(failure, now);
        if (_endpoint.State != CircuitState.Closed)
            Forget_NeedsLock();
    }

    private void ConnectFailed_NeedsLock(long now)
    {
        if (_connectFailures++ == 0)
            _firstConnectFailureAt = now;
        var isFlaky = _flakyAt is { } at && _time.GetElapsedTime(at, now) < _options.FlakyMemory;
        var needed = isFlaky ? _options.ConnectFailuresWhenFlaky : _options.ConnectFailures;
        var span = _time.GetElapsedTime(_firstConnectFailureAt, now);
        if (_connectFailures < needed || span < _options.MinimumSpan)
            return;
        var setting = isFlaky ? nameof(_options.ConnectFailuresWhenFlaky) : nameof(_options.ConnectFailures);
        var reason = $"{_connectFailures} connect failures in a row within {span.TotalSeconds:0.##} s ({setting} is {needed}).";
        _endpoint.Open(FailureKind.Connect, _connectFailures, reason, now);
    }

    private void WasSlow_NeedsLock(FailureKind failure, long now)
    {
        // An overloaded endpoint answers, so nothing is wrong with its connections. A timeout does not say.
        if (failure == FailureKind.Overload)
            _connectFailures = 0;
        ForgetOld_NeedsLock(now);
        _slowFailures++;
        _window.Add(now, true);
        var isMostlySlow = _window.Total >= _options.MinimumThroughput && _window.Failures >= _options.SlowRatio * _window.Total;
        if (_suspectAt is not { } suspectAt)
        {
            if (_slowFailures >= _options.SlowFailuresToSuspect || isMostlySlow)
                _suspectAt = now;
            return;
        }

        // The concurrency limit has shrunk for the same failures; the work that runs under the smaller one needs time to show what that did.
        if ((_slowFailures < _options.SlowFailures && !isMostlySlow) || _time.GetElapsedTime(suspectAt, now) < _options.MinimumSpan)
            return;
        var reason = _slowFailures >= _options.SlowFailures
            ? $"{_slowFailures} times in a row {Circuit.Words(failure)} (SlowFailures is {_options.SlowFailures})."
            : $"{_window.Failures} of {_window.Total} times too slow within {_options.Window.TotalSeconds:0.#} s (SlowRatio is {_options.SlowRatio:0.##}).";
        _endpoint.Open(failure, _slowFailures, reason, now);
    }

    private void Forget_NeedsLock()
    {
        _connectFailures = _slowFailures = 0;
        _suspectAt = null;
        _window.Clear();
    }

    private void ForgetOld_NeedsLock(long now)
    {
        _window.Advance(now);
        if (_window.Failures > 0)
            return;
        // Answers are counted from the first failure in sight on, and a suspicion holds while there is one.
        _window.Clear();
        if (_slowFailures == 0)
            _suspectAt = null;
    }

    private void Publish_NeedsLock(long now)
    {
        ForgetOld_NeedsLock(now);
        _classes.Prune(now);
        _counts = _connectFailures > 0 || _slowFailures > 0 || _window.Failures > 0 || _classes.Count > 0;
        _mayRefuse = _endpoint.State != CircuitState.Closed || _classes.NotClosed > 0;
    }
}
