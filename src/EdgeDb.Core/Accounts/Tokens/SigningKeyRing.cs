using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// The keys of access tokens. The first is made when the first token is asked for; the newest signs, a new one is made after 30 days, and the one before verifies for an hour
/// more, so that no token ends before its time. Then it is deleted with the next rotation. None is opened before a token is made or comes in: that would load the
/// cryptographic library at every start.
/// </summary>
internal sealed class SigningKeyRing(SqliteDatabase database, KeyRing keys, AccountClock clock, TimeProvider time) : IDisposable
{
    internal const long RotateAfterSeconds = 30 * 24 * 3600;
    internal const long OverlapSeconds = 3600;

    private readonly Lock _opening = new();
    private readonly SemaphoreSlim _changes = new(1);
    private IReadOnlyList<(string Id, byte[] Sealed, long CreatedAt)> _stored = [];
    private IReadOnlyList<SigningKey>? _opened;

    /// <summary>Place of a sealed key.</summary>
    public static string Place(string id) => $"signing_key.sealed/{id}";

    /// <summary>The keys that verify, newest first.</summary>
    public IReadOnlyList<SigningKey> Verifying
    {
        get
        {
            var opened = Opened();
            return opened is [var newest, _, ..] && clock.Now - newest.CreatedAt > OverlapSeconds ? [newest] : opened;
        }
    }

    /// <summary>Reads which keys there are: tokens outlive a restart.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        _stored = await database.ReadAsync(
            0,
            static (session, _) =>
            {
                var found = new List<(string Id, byte[] Sealed, long CreatedAt)>();
                var rows = session.Prepare("SELECT id, sealed, created_at FROM signing_key ORDER BY created_at DESC, id DESC");
                while (rows.Step())
                    found.Add((rows.Text(0)!, rows.Blob(1).ToArray(), rows.Int64(2)));
                return found;
            },
            ct).ConfigureAwait(false);
        foreach (var key in _stored)
            clock.AtLeast(key.CreatedAt);
    }

    /// <summary>The key that signs now.</summary>
    public async Task<SigningKey> CurrentAsync(CancellationToken ct)
    {
        if (Usable() is { } usable)
            return usable;
        await _changes.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (Usable() is { } made)
                return made;
            await keys.ReadyAsync(KeyPurpose.PrivateKey, ct).ConfigureAwait(false);
            var key = SigningKey.Create(Guid.CreateVersion7(time.GetUtcNow()).ToString(), clock.Now);
            var before = Opened() is [var newest, ..] ? newest : null;
            await database.WriteAsync(
                (key, Sealed: keys.Seal(KeyPurpose.PrivateKey, Place(key.Id), key.Export()), Before: before?.Id),
                static (session, state) =>
                {
                    session.Prepare("DELETE FROM signing_key WHERE id IS NOT ?1").Bind(1, state.Before).Execute();
                    session.Prepare("INSERT INTO signing_key (id, sealed, created_at) VALUES (?1, ?2, ?3)")
                        .Bind(1, state.key.Id).BindBlob(2, state.Sealed).Bind(3, state.key.CreatedAt).Execute();
                    return true;
                },
                ct).ConfigureAwait(false);
            Volatile.Write(ref _opened, before is null ? [key] : [key, before]);
            return key;
        }
        finally
        {
            _changes.Release();
        }
    }

    public void Dispose()
    {
        foreach (var key in Volatile.Read(ref _opened) ?? [])
            key.Dispose();
        _changes.Dispose();
    }

    private SigningKey? Usable() => Opened() is [var newest, ..] && clock.Now - newest.CreatedAt < RotateAfterSeconds ? newest : null;

    private IReadOnlyList<SigningKey> Opened()
    {
        if (Volatile.Read(ref _opened) is { } opened)
            return opened;
        lock (_opening)
        {
            if (_opened is not null)
                return _opened;
            var found = new List<SigningKey>();
            foreach (var (id, sealedKey, createdAt) in _stored)
            {
                try
                {
                    found.Add(SigningKey.Import(id, keys.Open(KeyPurpose.PrivateKey, Place(id), sealedKey), createdAt));
                }
                catch (SealBrokenException)
                {
                    // Damaged, or sealed anew since the start. What it signed is refused, for minutes at most; the next token is signed by a new one.
                }
            }

            Volatile.Write(ref _opened, found);
            return found;
        }
    }
}
