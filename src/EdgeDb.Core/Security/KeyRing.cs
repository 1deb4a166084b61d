using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Security;

/// <summary>
/// Seals values that the file keeps and nobody may read there: AES-256-GCM with a data key a <see cref="KeyPurpose"/>, itself sealed by the <see cref="MasterKey"/>.
/// Opening the ring reads a few rows; neither a key nor the cryptographic library is loaded before something is sealed or opened.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle nobody asks for holds nothing to dispose of.")]
internal sealed class KeyRing
{
    private const string TextPrefix = "sealed:";

    private readonly SqliteDatabase _database;
    private readonly MasterKey _master;
    private readonly TimeProvider _time;
    // Or the answers of two changes could be taken over in the wrong order.
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly Dictionary<string, ISealedPlace> _places = SealedColumn.All.ToDictionary(static place => place.Name, static place => (ISealedPlace)place, StringComparer.Ordinal);
    private IReadOnlyList<DataKey> _keys = [];

    private KeyRing(SqliteDatabase database, MasterKey master, TimeProvider time)
    {
        (_database, _master, _time) = (database, master, time);
        master.AddWitness(() => Keys.Count > 0 ? $"{_database.Path} (table data_key)" : null);
    }

    /// <summary>Where sealed values lie.</summary>
    public IReadOnlyCollection<ISealedPlace> Places => _places.Values;

    /// <summary>True when there are keys that only open, until nothing is sealed with them any more.</summary>
    public bool HasRetired => Keys.Any(static key => key.IsRetired);

    private IReadOnlyList<DataKey> Keys => Volatile.Read(ref _keys);

    /// <summary>Reads which keys there are.</summary>
    public static async Task<KeyRing> OpenAsync(SqliteDatabase database, MasterKey master, TimeProvider time, CancellationToken ct)
    {
        var ring = new KeyRing(database, master, time);
        ring._keys = await database.ReadAsync(0, static (session, _) => ReadKeys(session), ct).ConfigureAwait(false);
        return ring;
    }

    /// <summary>Makes a place outside of the database known, at the start and before anything is sealed for it; columns stand in <see cref="SealedColumn.All"/>.</summary>
    public void Add(ISealedPlace place) => _places.Add(place.Name, place);

    /// <summary>
    /// Makes the key of a purpose where there is none yet; to be awaited before <see cref="Seal"/>. Durable when it completes, so no sealed value can outlive its key;
    /// that is why sealing does not do it by itself, as it may be called on the writer's thread. Completes at once but for the first time in the life of a file.
    /// </summary>
    public ValueTask ReadyAsync(KeyPurpose purpose, CancellationToken ct) => InUse(purpose) is null ? new(AddAsync(purpose, ct)) : ValueTask.CompletedTask;

    /// <summary>
    /// Seals a value for one place, for example <c>account.totp/ID</c>: it opens there only. Throws <see cref="SealBrokenException"/> when the master key is missing or wrong,
    /// and <see cref="InvalidOperationException"/> when nobody awaited <see cref="ReadyAsync"/>, or the place is not known: rotation would not find it, and destroy its key.
    /// </summary>
    public byte[] Seal(KeyPurpose purpose, string place, ReadOnlySpan<byte> plain)
    {
        if (!_places.ContainsKey(place[..(place.IndexOf('/', StringComparison.Ordinal) + 1)]) && !_places.ContainsKey(place))
            throw new InvalidOperationException($"Nobody has said where the values of '{place}' lie: add its column to SealedColumn.All, or its file by KeyRing.Add.");
        var key = InUse(purpose) ?? throw new InvalidOperationException($"There is no key for {purpose} yet; await ReadyAsync before sealing.");
        return Security.Seal.Close(key.Open(_master), key.Number, place, plain);
    }

    /// <summary>Opens what was sealed for this place. Throws <see cref="SealBrokenException"/>, which names the place.</summary>
    public byte[] Open(KeyPurpose purpose, string place, ReadOnlySpan<byte> sealedBytes)
    {
        // A value without a known key and a changed one are told alike: which of its bytes was changed cannot be known.
        if (Security.Seal.TryReadNumber(sealedBytes, out var number) && Find(number) is { } key && key.Purpose == purpose
            && Security.Seal.TryOpen(key.Open(_master), place, sealedBytes) is { } plain)
            return plain;
        throw new SealBrokenException(place, $"The sealed value of {place} does not open: it was changed, damaged or moved here, or its key was destroyed. Enter it anew.");
    }

    /// <summary>The value sealed by the key in use; null when it is already. Throws <see cref="SealBrokenException"/>.</summary>
    public byte[]? SealAnew(KeyPurpose purpose, string place, ReadOnlySpan<byte> sealedBytes)
    {
        var plain = Open(purpose, place, sealedBytes);
        return Security.Seal.TryReadNumber(sealedBytes, out var number) && number == InUse(purpose)?.Number ? null : Seal(purpose, place, plain);
    }

    /// <summary>As <see cref="Seal"/>, as text for a column or a file of text: <c>sealed:</c> and base64url.</summary>
    public string SealText(KeyPurpose purpose, string place, string plain) =>
        Encode(Seal(purpose, place, Encoding.UTF8.GetBytes(plain)));

    /// <summary>Opens a text of <see cref="SealText"/>. Throws as <see cref="Open"/> does.</summary>
    public string OpenText(KeyPurpose purpose, string place, string sealedText) =>
        Encoding.UTF8.GetString(Open(purpose, place, Decode(sealedText)));

    /// <summary>True for a text of <see cref="SealText"/>.</summary>
    public static bool IsSealedText(string text) => text.StartsWith(TextPrefix, StringComparison.Ordinal);

    internal static string Encode(ReadOnlySpan<byte> sealedBytes) => TextPrefix + Base64Url.EncodeToString(sealedBytes);

    /// <summary>Empty, which no sealed value is, where the text is none.</summary>
    internal static byte[] Decode(string text) =>
        IsSealedText(text) && Base64Url.IsValid(text.AsSpan(TextPrefix.Length), out _) && Base64Url.DecodeFromChars(text.AsSpan(TextPrefix.Length)) is var bytes
        // Unused bits of the last character and white space would make several texts of one value.
        && text.AsSpan(TextPrefix.Length).SequenceEqual(Base64Url.EncodeToString(bytes))
            ? bytes
            : [];

    /// <summary>Makes a new key for every purpose that has one. The old ones open from now on, and seal nothing more.</summary>
    internal Task RetireAsync(CancellationToken ct) => ChangeAsync(
        static (session, ring) =>
        {
            foreach (var purpose in ReadKeys(session).Where(static key => !key.IsRetired).Select(static key => key.Purpose).ToList())
            {
                session.Prepare("UPDATE data_key SET retired_at = ?2 WHERE purpose = ?1 AND retired_at IS NULL")
                    .Bind(1, purpose.ToString()).Bind(2, ring.Now()).Execute();
                ring.Insert(session, purpose);
            }
        },
        ct);

    /// <summary>Destroys the keys that only open. What is still sealed with one is lost.</summary>
    internal Task DestroyRetiredAsync(CancellationToken ct) =>
        ChangeAsync(static (session, _) => session.Execute("DELETE FROM data_key WHERE retired_at IS NOT NULL"), ct);

    private Task AddAsync(KeyPurpose purpose, CancellationToken ct) => ChangeAsync(
        (session, ring) =>
        {
            // Looked for again here: two may have asked at once, and writes come one after the other.
            if (!ReadKeys(session).Any(key => key.Purpose == purpose && !key.IsRetired))
                ring.Insert(session, purpose);
        },
        ct);

    private async Task ChangeAsync(Action<SqliteSession, KeyRing> change, CancellationToken ct)
    {
        await _changing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            Volatile.Write(ref _keys, await _database.WriteAsync(
                (ring: this, change),
                static (session, step) =>
                {
                    step.change(session, step.ring);
                    return ReadKeys(session);
                },
                ct).ConfigureAwait(false));
        }
        finally
        {
            _changing.Release();
        }
    }

    private void Insert(SqliteSession session, KeyPurpose purpose)
    {
        // The highest is in use and never one that was destroyed, so no number is used twice.
        var latest = session.Prepare("SELECT coalesce(max(id), 0) FROM data_key");
        latest.Step();
        var number = checked((uint)latest.Int64(0) + 1);
        Span<byte> key = stackalloc byte[Security.Seal.KeyBytes];
        RandomNumberGenerator.Fill(key);
        session.Prepare("INSERT INTO data_key (id, purpose, sealed, created_at) VALUES (?1, ?2, ?3, ?4)")
            .Bind(1, (long)number).Bind(2, purpose.ToString()).BindBlob(3, DataKey.Wrap(_master, number, purpose, key)).Bind(4, Now()).Execute();
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeSeconds();

    private static List<DataKey> ReadKeys(SqliteSession session)
    {
        var keys = new List<DataKey>();
        var rows = session.Prepare("SELECT id, purpose, sealed, retired_at FROM data_key ORDER BY id");
        while (rows.Step())
        {
            // A purpose of a newer version is left to it.
            if (Enum.TryParse<KeyPurpose>(rows.Text(1), out var purpose))
                keys.Add(new DataKey(checked((uint)rows.Int64(0)), purpose, rows.Blob(2).ToArray(), !rows.IsNull(3)));
        }

        return keys;
    }

    private DataKey? InUse(KeyPurpose purpose) => Keys.FirstOrDefault(key => key.Purpose == purpose && !key.IsRetired);

    private DataKey? Find(uint number) => Keys.FirstOrDefault(key => key.Number == number);
}
