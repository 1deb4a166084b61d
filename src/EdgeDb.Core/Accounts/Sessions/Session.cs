using EdgeDb.Core.Access;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// A browser in which somebody is signed in, or a paired device. <see cref="Sessions"/> alone changes it.
/// </summary>
internal sealed class Session(string id, string? accountId, UInt128 series, SessionKeys keys, string agent, long createdAt, long seenAt)
{
    private Principal? _principal;
    private SessionKeys _keys = keys;
    private KioskVisit? _visit;
    private int _used;
    private long _seenAt = seenAt;

    /// <summary>UUIDv7; of a device, its id.</summary>
    public string Id { get; } = id;

    /// <summary>Whose it is; null for a device.</summary>
    public string? AccountId { get; } = accountId;

    /// <summary>Finds it.</summary>
    public UInt128 Series { get; } = series;

    /// <summary>What the browser calls itself.</summary>
    public string Agent { get; } = agent;

    /// <summary>Seconds of <see cref="AccountClock"/>.</summary>
    public long CreatedAt { get; } = createdAt;

    /// <summary>True for a device on the wall.</summary>
    public bool IsDevice => AccountId is null;

    /// <summary>Seconds of <see cref="AccountClock"/> of the latest request, a minute or so late.</summary>
    public long SeenAt => Volatile.Read(ref _seenAt);

    /// <summary>Seconds that the file has of <see cref="SeenAt"/>.</summary>
    public long StoredSeenAt { get; set; } = seenAt;

    /// <summary>When it was signed out; null while it is in use.</summary>
    public long? EndedAt { get; set; }

    /// <summary>When it may be used; null: always.</summary>
    public AllowedHours? Hours { get; set; }

    /// <summary>True when its secret is a day old: the answer brings a new one.</summary>
    public bool IsRenewalDue { get; set; }

    /// <summary>True when a renewed secret has come back, which the file has not been told yet.</summary>
    public bool IsPromoted { get; set; }

    /// <summary>Who it is; null while it cannot be used: signed out, or its account disabled.</summary>
    public Principal? Principal
    {
        get => Volatile.Read(ref _principal);
        set => Volatile.Write(ref _principal, value);
    }

    /// <summary>Its secrets.</summary>
    public SessionKeys Keys
    {
        get => Volatile.Read(ref _keys);
        set => Volatile.Write(ref _keys, value);
    }

    /// <summary>Who entered their PIN at this device.</summary>
    public KioskVisit? Visit
    {
        get => Volatile.Read(ref _visit);
        set => Volatile.Write(ref _visit, value);
    }

    /// <summary>A request came. Costs no clock: the time is asked for when the uses of a minute are collected.</summary>
    public void NoteUse()
    {
        // Looked at first: a write by every request would move the cache line between cores.
        if (Volatile.Read(ref _used) == 0)
            Volatile.Write(ref _used, 1);
    }

    /// <summary>Collects the uses.</summary>
    public void CollectUse(long now)
    {
        if (Interlocked.Exchange(ref _used, 0) != 0)
            Volatile.Write(ref _seenAt, Math.Max(now, SeenAt));
    }
}
