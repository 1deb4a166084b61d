using EdgeDb.Core.Access;

namespace EdgeDb.Core.Accounts;

/// <summary>A token of a program. Its secret is shown once; what is kept is a hash.</summary>
internal sealed class ApiToken(string id, string accountId, string name, byte[] hash, AccessRights scopes, long createdAt, long? expiresAt, long? seenAt)
{
    private Principal? _principal;
    private byte[]? _known;
    private long _seenAt = seenAt ?? 0;

    /// <summary>UUIDv7.</summary>
    public string Id { get; } = id;

    /// <summary>Who made it; it has no more rights than they.</summary>
    public string AccountId { get; } = accountId;

    /// <summary>1 to 100 characters.</summary>
    public string Name { get; } = name;

    /// <summary>SHA-256 of the secret.</summary>
    public byte[] Hash { get; } = hash;

    /// <summary>What it may do.</summary>
    public AccessRights Scopes { get; } = scopes;

    /// <summary>Seconds of <see cref="AccountClock"/>.</summary>
    public long CreatedAt { get; } = createdAt;

    /// <summary>Seconds of <see cref="AccountClock"/>; null: never.</summary>
    public long? ExpiresAt { get; } = expiresAt;

    /// <summary>Seconds of <see cref="AccountClock"/> of the latest use; 0 for none.</summary>
    public long SeenAt
    {
        get => Volatile.Read(ref _seenAt);
        set => Volatile.Write(ref _seenAt, value);
    }

    /// <summary>What the file has of <see cref="SeenAt"/>.</summary>
    public long StoredSeenAt { get; set; } = seenAt ?? 0;

    /// <summary>The secret, once it was seen.</summary>
    public byte[]? Known
    {
        get => Volatile.Read(ref _known);
        set => Volatile.Write(ref _known, value);
    }

    /// <summary>Who uses it; null while its account is disabled.</summary>
    public Principal? Principal
    {
        get => Volatile.Read(ref _principal);
        set => Volatile.Write(ref _principal, value);
    }
}
