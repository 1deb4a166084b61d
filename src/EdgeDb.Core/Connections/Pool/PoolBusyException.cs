namespace EdgeDb.Core.Connections;

/// <summary>No connection came free in time, or too many callers wait already. The message names the setting, its value and the remedy.</summary>
public sealed class PoolBusyException : Exception
{
    internal PoolBusyException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
