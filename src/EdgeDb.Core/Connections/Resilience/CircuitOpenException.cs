using Polly.CircuitBreaker;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Work was refused without being tried, because a circuit is open. An endpoint of the service answers it with 503 and
/// <see cref="BrokenCircuitException.RetryAfter"/>, which is null when a person isolated the circuit.
/// </summary>
public sealed class CircuitOpenException : BrokenCircuitException
{
    /// <summary>Refused until the break ends, <paramref name="retryAfter"/> from now.</summary>
    public CircuitOpenException(string message, string endpoint, string? operationClass, CircuitState state, string reason, TimeSpan retryAfter)
        : base(message, retryAfter)
    {
        Endpoint = endpoint;
        OperationClass = operationClass;
        State = state;
        Reason = reason;
    }

    /// <summary>Refused until a person resets the circuit.</summary>
    public CircuitOpenException(string message, string endpoint, string? operationClass, string reason)
        : base(message)
    {
        Endpoint = endpoint;
        OperationClass = operationClass;
        State = CircuitState.Isolated;
        Reason = reason;
    }

    /// <summary>The endpoint whose circuit refused.</summary>
    public string Endpoint { get; }

    /// <summary>The operation class when only that one is refused; null when the whole endpoint is.</summary>
    public string? OperationClass { get; }

    /// <summary>State of the circuit at the refusal.</summary>
    public CircuitState State { get; }

    /// <summary>Why it opened.</summary>
    public string Reason { get; }
}
