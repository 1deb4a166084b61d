namespace EdgeDb.Core.Connections;

/// <summary>What a connection is rented for. Each role has an idle stack of its own, so that caches of the server and of the connection stay warm.</summary>
public enum ConnectionRole
{
    /// <summary>Anything; the fallback when no other role fits.</summary>
    General,

    /// <summary>Reads of few rows that a person waits for. PostgreSQL answers them from a replica where there is one.</summary>
    Read,

    /// <summary>Changes, and reads that must see the caller's own changes.</summary>
    Write,

    /// <summary>Long reads that nobody waits for; they must not push the others out of caches or connections.</summary>
    Analytics,
}
