namespace EdgeDb.Core.Connections;

/// <summary>
/// Decides how much work an endpoint gets at once from what the work before took. Called by the pool under its lock at each return of a
/// connection: no allocation, no lock, no input or output; not thread-safe by itself.
/// </summary>
public interface IConcurrencyLimit
{
    /// <summary>Leases allowed at once now; at least 1.</summary>
    int Current { get; }

    /// <summary>Keeps <see cref="Current"/> within these bounds from now on. Called under the pool's lock when a setting or the memory ceiling changes.</summary>
    /// <param name="minimum">At least 1.</param>
    /// <param name="maximum">At least <paramref name="minimum"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bounds are not those of a range.</exception>
    void SetRange(int minimum, int maximum);

    /// <summary>One lease has ended.</summary>
    /// <param name="nowTicks">Time of its end, in ticks of <see cref="TimeSpan"/> on the pool's clock.</param>
    /// <param name="durationTicks">How long it was held, in ticks of <see cref="TimeSpan"/>.</param>
    /// <param name="inFlight">Leases at its start, itself included.</param>
    /// <param name="overloaded">It ended with <see cref="FailureKind.Timeout"/> or <see cref="FailureKind.Overload"/>.</param>
    void OnCompleted(long nowTicks, long durationTicks, int inFlight, bool overloaded);
}
