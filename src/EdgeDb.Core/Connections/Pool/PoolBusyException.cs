namespace EdgeDb.Core.Connections;

/// <summary>No connection came free in time, or too many callers wait already. The message names the setting, its value and the remedy.</summary>
public sealed class PoolBusyException : Exception
{
    internal PoolBusyException(string message, TimeSpan waited, Exception? inner)
        : base(message, inner) => Waited = waited;

    /// <summary>How long the caller waited; zero when it was turned away at once.</summary>
    public TimeSpan Waited { get; }
}
