using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeDb.Core.Security;

/// <summary>
/// The keys once more, beside the backups and sealed with the recovery key, so that backups on another device are of use when the card is gone. The file <c>keys.sealed</c>: magic
/// "EDGEDBKC" (8), salt (16), and a sealed value (<see cref="Seal"/>) that holds for each file of keys its name and content. Its key is HKDF-SHA-256 of the recovery key and the salt; a
/// slow hash would add nothing to 160 random bits.
/// </summary>
internal sealed class KeyCopy(MasterKey master, SubjectKeys subjects, string folder)
{
    /// <summary>Of the copy.</summary>
    public const string FileName = "keys.sealed";

    internal const string RecoveryFileName = "recovery.key";
    private const int SaltBytes = 16;
    private const int LengthBytes = 4;

    private static ReadOnlySpan<byte> Magic => "EDGEDBKC"u8;

    /// <summary>The copy.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, FileName);

    /// <summary>True when a recovery key was made, so that there is a copy.</summary>
    public bool Exists => File.Exists(RecoveryPath);

    // The service must be able to renew the copy, so it keeps the recovery key, sealed by the master key: who can open it needs it no more.
    private string RecoveryPath => System.IO.Path.Combine(master.Folder, RecoveryFileName);

    /// <summary>Makes a new recovery key, in place of the one before, and the copy with it. Returns it for paper; it is shown nowhere else.</summary>
    public string MakeRecoveryKey()
    {
        var recovery = RecoveryKey.Make();
        KeyFile.Write(RecoveryPath, master.Wrap(RecoveryFileName, recovery));
        Write();
        return RecoveryKey.Format(recovery);
    }

    /// <summary>Renews the copy; does nothing while there is no recovery key. Throws <see cref="IOException"/>: then the copy still holds what it held before.</summary>
    public void Write()
    {
        if (!Exists)
            return;
        var recovery = master.Unwrap(RecoveryFileName, RecoveryPath, File.ReadAllBytes(RecoveryPath));
        using var content = new MemoryStream();
        Add(content, MasterKey.FileName, master.Bytes);
        if (subjects.Exists)
            Add(content, SubjectKeys.FileName, File.ReadAllBytes(subjects.Path));
        Add(content, RecoveryFileName, File.ReadAllBytes(RecoveryPath));
        if (System.IO.Path.Combine(master.Folder, MasterKey.EarlierFileName) is var earlier && File.Exists(earlier))
            Add(content, MasterKey.EarlierFileName, File.ReadAllBytes(earlier));

        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var value = Seal.Close(Derive(recovery, salt), 0, FileName, content.GetBuffer().AsSpan(0, (int)content.Length));
        Directory.CreateDirectory(folder);
        KeyFile.Write(Path, [.. Magic, .. salt, .. value]);
    }

    /// <summary>
    /// Opens the copy and puts its files into <paramref name="keyFolder"/>. Throws <see cref="SealBrokenException"/> when the recovery key is another one or the copy was damaged, and
    /// <see cref="IOException"/> when the folder has a different master key already, which is never replaced.
    /// </summary>
    public static void Restore(string copy, ReadOnlySpan<byte> recovery, string keyFolder)
    {
        var bytes = File.ReadAllBytes(copy);
        if (bytes.Length < Magic.Length + SaltBytes || !bytes.AsSpan().StartsWith(Magic))
            throw new SealBrokenException(copy, $"{copy} is no copy of keys, or its beginning is damaged.");
        var salt = bytes.AsSpan(Magic.Length, SaltBytes);
        var content = Seal.TryOpen(Derive(recovery, salt), FileName, bytes.AsSpan(Magic.Length + SaltBytes))
            ?? throw new SealBrokenException(copy, $"{copy} does not open: the recovery key is not the one it was sealed with, or the file was damaged.");

        var files = Files(content).ToList();
        var present = System.IO.Path.Combine(keyFolder, MasterKey.FileName);
        if (File.Exists(present) && !File.ReadAllBytes(present).AsSpan().SequenceEqual(files.Single(static file => file.Name == MasterKey.FileName).Content))
            throw new IOException($"{present} is another master key, and it is not replaced. Choose an empty folder, or move it away if nothing needs it.");
        foreach (var (name, file) in files)
            KeyFile.Write(System.IO.Path.Combine(keyFolder, name), file);
    }

    private static byte[] Derive(ReadOnlySpan<byte> recovery, ReadOnlySpan<byte> salt)
    {
        var key = new byte[Seal.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, recovery, key, salt, "edgedb keys"u8);
        return key;
    }

    private static void Add(MemoryStream content, string name, ReadOnlySpan<byte> file)
    {
        Span<byte> length = stackalloc byte[LengthBytes];
        foreach (var part in (ReadOnlySpan<byte[]>)[Encoding.UTF8.GetBytes(name), file.ToArray()])
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
            content.Write(length);
            content.Write(part);
        }
    }

    private static IEnumerable<(string Name, byte[] Content)> Files(byte[] content)
    {
        for (var at = 0; at < content.Length;)
            yield return (Encoding.UTF8.GetString(Part(content, ref at)), Part(content, ref at).ToArray());
    }

    private static ReadOnlySpan<byte> Part(byte[] content, ref int at)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(at));
        at += LengthBytes + length;
        return content.AsSpan(at - length, length);
    }
}
