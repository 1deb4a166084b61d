using System.Security.Cryptography;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Every session, found by its series without a lock: the table is never changed but replaced, since sessions come and go a few times a day and are looked for by
/// every request. What a secret is worth is decided here.
/// </summary>
internal sealed class SessionTable(AccountClock clock, TimeProvider time)
{
    /// <summary>Sessions and devices of a household.</summary>
    public const int Most = 1000;

    /// <summary>How long the secret before the renewed one is taken: requests that were sent before the answer came.</summary>
    internal static readonly TimeSpan PreviousFor = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Dictionary<UInt128, Session> _sessions = [];

    /// <summary>All.</summary>
    public IReadOnlyCollection<Session> All => Volatile.Read(ref _sessions).Values;

    /// <summary>The session of this series.</summary>
    public Session? Find(UInt128 series) => Volatile.Read(ref _sessions).GetValueOrDefault(series);

    /// <summary>The session of this id.</summary>
    public Session? Find(string id)
    {
        foreach (var session in Volatile.Read(ref _sessions).Values)
            if (session.Id == id)
                return session;
        return null;
    }

    /// <summary>Adds.</summary>
    public void Add(Session session)
    {
        lock (_gate)
            Volatile.Write(ref _sessions, new(_sessions) { [session.Series] = session });
    }

    /// <summary>Puts others in the place of all.</summary>
    public void Replace(IEnumerable<Session> sessions)
    {
        lock (_gate)
            Volatile.Write(ref _sessions, sessions.ToDictionary(static session => session.Series));
    }

    /// <summary>Removes, from now on and for requests that found it already; false when it is gone.</summary>
    public bool Remove(Session session)
    {
        lock (_gate)
        {
            session.Principal = null;
            session.Visit = null;
            if (!_sessions.ContainsKey(session.Series))
                return false;
            var rest = new Dictionary<UInt128, Session>(_sessions);
            rest.Remove(session.Series);
            Volatile.Write(ref _sessions, rest);
            return true;
        }
    }

    /// <summary>What a secret of the session's series is worth. Allocates only when a secret is seen for the first time.</summary>
    public SecretWorth Judge(Session session, ReadOnlySpan<byte> secret) =>
        session.Keys.Known is { } known && CryptographicOperations.FixedTimeEquals(known, secret) ? SecretWorth.Good : JudgeHashed(session, secret);

    /// <summary>
    /// The secret to give out, the same one until it comes back: of several requests at once the browser keeps the answer that comes last. Null when it is not known any more, after
    /// a restart; then <see cref="Offer"/> takes a new one.
    /// </summary>
    public byte[]? Offered(Session session)
    {
        lock (_gate)
            return session.Keys.Next;
    }

    /// <summary>Takes a new secret, after the file has its hash. False when the session is gone.</summary>
    public bool Offer(Session session, byte[] secret)
    {
        lock (_gate)
        {
            if (!_sessions.ContainsKey(session.Series))
                return false;
            session.Keys = session.Keys with { Next = secret, NextHash = SessionSecret.Hash(secret) };
            return true;
        }
    }

    private SecretWorth JudgeHashed(Session session, ReadOnlySpan<byte> secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, hash);
        lock (_gate)
        {
            var keys = session.Keys;
            if (CryptographicOperations.FixedTimeEquals(keys.Hash, hash))
            {
                session.Keys = keys with { Known = secret.ToArray() };
                return SecretWorth.Good;
            }

            if (keys.NextHash is { } next && CryptographicOperations.FixedTimeEquals(next, hash))
            {
                var until = time.GetTimestamp() + (long)(PreviousFor.TotalSeconds * time.TimestampFrequency);
                session.Keys = new SessionKeys(next, secret.ToArray(), null, null, keys.Hash, until, clock.Now);
                session.IsPromoted = true;
                session.IsRenewalDue = false;
                return SecretWorth.Renewed;
            }

            return keys.PreviousHash is { } previous && time.GetTimestamp() < keys.PreviousUntil && CryptographicOperations.FixedTimeEquals(previous, hash)
                ? SecretWorth.Good
                : SecretWorth.Stolen;
        }
    }
}
