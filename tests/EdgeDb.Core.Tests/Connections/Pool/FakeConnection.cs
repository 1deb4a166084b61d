using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>A connection without a server, for the pool's own rules: who gets which one, when.</summary>
internal sealed class FakeConnection(int number, ConnectionRole role)
{
    private int _users;

    public int Number { get; } = number;

    public ConnectionRole Role { get; set; } = role;

    public bool IsUsable { get; set; } = true;

    public bool IsAlive { get; set; } = true;

    public bool ResetWorks { get; set; } = true;

    public bool IsClosed { get; set; }

    /// <summary>Fails when two use it at once.</summary>
    public void Enter() => Assert.Equal(1, Interlocked.Increment(ref _users));

    public void Leave() => Interlocked.Decrement(ref _users);
}
