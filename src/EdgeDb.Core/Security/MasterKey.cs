using System.Security.Cryptography;

namespace EdgeDb.Core.Security;

/// <summary>
/// The key that seals all other keys: 32 bytes in <c>keys/master.key</c> of the data folder (0600), or the credential <c>edgedb.master-key</c> of systemd, which then outranks the
/// file. Read at first use, because the cryptographic library costs 3 MB and no start needs it. A new one is made only while nothing is sealed, or by <see cref="MasterRotation"/>:
/// until that has come to its end the folder has two, and what either sealed opens; what earlier ones sealed opens for ever, as backups are not sealed anew.
/// </summary>
internal sealed class MasterKey
{
    /// <summary>Of the file in the folder of keys.</summary>
    public const string FileName = "master.key";

    /// <summary>Of the one that is about to take its place.</summary>
    public const string NextFileName = "master.key.next";

    /// <summary>Of those before it, sealed by it.</summary>
    public const string EarlierFileName = "earlier.keys";

    /// <summary>Of the folder of keys in a data folder.</summary>
    public const string FolderName = "keys";

    /// <summary>Of the credential of systemd.</summary>
    public const string CredentialName = "edgedb.master-key";

    private readonly Lock _lock = new();
    private readonly List<Func<string?>> _witnesses = [];
    private byte[]? _key;
    private IReadOnlyList<byte[]>? _others;

    /// <param name="folder">Folder of keys.</param>
    /// <param name="credentials">Folder of systemd's credentials; null for none.</param>
    public MasterKey(string folder, string? credentials)
    {
        Folder = System.IO.Path.GetFullPath(folder);
        var credential = credentials is null ? null : System.IO.Path.Combine(credentials, CredentialName);
        IsCredential = File.Exists(credential);
        Path = IsCredential ? credential! : System.IO.Path.Combine(Folder, FileName);
    }

    /// <summary>Folder of keys.</summary>
    public string Folder { get; }

    /// <summary>Where the key is read from.</summary>
    public string Path { get; }

    /// <summary>True when systemd keeps it.</summary>
    public bool IsCredential { get; }

    /// <summary>True when there is one. Loads nothing.</summary>
    public bool Exists => _key is not null || File.Exists(Path);

    /// <summary>The one of a data folder, or of the credential that systemd passes to this process.</summary>
    public static MasterKey Of(string dataFolder) =>
        new(System.IO.Path.Combine(dataFolder, FolderName), Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY"));

    /// <summary>Adds who knows of something sealed: it names that, or null. While one names something, no new key is made.</summary>
    public void AddWitness(Func<string?> witness)
    {
        lock (_lock)
            _witnesses.Add(witness);
    }

    /// <summary>Seals a key, or a file of keys. Makes the master key where there is none yet; throws <see cref="SealBrokenException"/> where it is missing.</summary>
    public byte[] Wrap(string place, ReadOnlySpan<byte> key) => Seal.Close(Get(mayMake: true), 0, place, key);

    /// <summary>Opens what <see cref="Wrap"/> sealed. <paramref name="what"/> names it in the <see cref="SealBrokenException"/> that is thrown when it does not open.</summary>
    public byte[] Unwrap(string place, string what, ReadOnlySpan<byte> wrapped)
    {
        if (Seal.TryOpen(Get(mayMake: false), place, wrapped) is { } key)
            return key;
        var besides = "";
        try
        {
            foreach (var other in Others())
                if (Seal.TryOpen(other, place, wrapped) is { } opened)
                    return opened;
        }
        catch (SealBrokenException broken)
        {
            besides = broken.Message + " ";
        }

        throw new SealBrokenException(place, $"{what} does not open with the master key {Path}: one of the two was changed or damaged. {besides}{Remedy}");
    }

    /// <summary>The one that is about to take its place; null where there is none.</summary>
    internal static byte[]? ReadNext(string folder) => System.IO.Path.Combine(folder, NextFileName) is var path && File.Exists(path) ? Whole(path) : null;

    /// <summary>Those before it, by one that has sealed them; none where nobody was replaced. Throws <see cref="SealBrokenException"/>.</summary>
    internal static IReadOnlyList<byte[]> ReadEarlier(string folder, ReadOnlySpan<byte> by)
    {
        var path = System.IO.Path.Combine(folder, EarlierFileName);
        return File.Exists(path) ? Split(Seal.TryOpen(by, EarlierFileName, File.ReadAllBytes(path))
            ?? throw new SealBrokenException(path, $"{path} does not open: it was changed or damaged, or belongs to another master key. Backups from before the master key was replaced need it.")) : [];
    }

    /// <summary>The key itself, for its copy.</summary>
    internal ReadOnlySpan<byte> Bytes => Get(mayMake: false);

    private string Remedy => IsCredential
        ? "Give the service the credential it had before."
        : $"Bring the folder {Folder} back, for example by 'edgedb backup restore' with the recovery key.";

    /// <summary>What opens besides: the next one, and those before.</summary>
    private IReadOnlyList<byte[]> Others()
    {
        lock (_lock)
        {
            if (_others is not null)
                return _others;
            if (IsCredential)
                return _others = [];
            var next = ReadNext(Folder);
            // While both are there, either may have sealed the file of the earlier ones.
            IReadOnlyList<byte[]> earlier;
            try
            {
                earlier = ReadEarlier(Folder, _key);
            }
            catch (SealBrokenException) when (next is not null)
            {
                earlier = ReadEarlier(Folder, next);
            }

            return _others = next is null ? earlier : [next, .. earlier];
        }
    }

    private static byte[][] Split(byte[] keys) => [.. keys.Chunk(Seal.KeyBytes)];

    private static byte[] Whole(string path) => File.ReadAllBytes(path) is { Length: Seal.KeyBytes } key
        ? key
        : throw new SealBrokenException(path, $"The master key {path}, which is about to take the place of the present one, has another length than {Seal.KeyBytes} bytes: it was changed or damaged. Move it away; the present one opens everything but what was sealed with it.");

    private byte[] Get(bool mayMake)
    {
        lock (_lock)
            return _key ??= File.Exists(Path) ? Read() : mayMake ? Make_NeedsLock() : throw Missing("something is sealed with it");
    }

    private byte[] Read()
    {
        var key = File.ReadAllBytes(Path);
        return key.Length == Seal.KeyBytes
            ? key
            : throw new SealBrokenException(Path, $"The master key {Path} has {key.Length} bytes instead of {Seal.KeyBytes}: it was changed or damaged. {Remedy}");
    }

    private byte[] Make_NeedsLock()
    {
        foreach (var witness in _witnesses)
            if (witness() is { } isSealed)
                throw Missing($"{isSealed} is sealed with it");

        var key = RandomNumberGenerator.GetBytes(Seal.KeyBytes);
        // Another process, such as a command beside the service, may be as far: then its key is the one.
        return KeyFile.TryAdd(Path, key) ? key : Read();
    }

    private SealBrokenException Missing(string why) =>
        new(Path, $"The master key {Path} is missing, and {why}. No new one is made, because it could open nothing. {Remedy}");
}
