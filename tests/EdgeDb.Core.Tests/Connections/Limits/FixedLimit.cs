using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Tests.Connections.Limits;

/// <summary>As many as allowed, whatever happens: what the others are compared with.</summary>
internal sealed class FixedLimit : IConcurrencyLimit
{
    private readonly int _size;

    /// <param name="size">The limit, at least 1; <see cref="SetRange"/> may lower or raise it later.</param>
    public FixedLimit(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Current = _size = size;
    }

    public int Current { get; private set; }

    public void SetRange(int minimum, int maximum) => Current = new LimitRange(minimum, maximum).Clamp(_size);

    public void OnCompleted(long nowTicks, long durationTicks, int inFlight, bool overloaded)
    {
        // It learns nothing.
    }
}
