using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// The blocks of one hash. Mapped and unmapped by themselves: seven megabytes from the managed heap would stay in it, and glibc's malloc keeps a block of this size
/// for the next one after it was freed once. Wiped before they are given back, as they follow from the password.
/// </summary>
internal sealed unsafe partial class Argon2Memory : IDisposable
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly nuint _bytes;
    private ulong* _words;

    public Argon2Memory(int blocks)
    {
        _bytes = (nuint)blocks * Argon2Blocks.Bytes;
        if (OperatingSystem.IsLinux())
        {
            var mapped = Map(0, _bytes, ReadWrite, PrivateAnonymous, -1, 0);
            if (mapped == -1)
                throw new InsufficientMemoryException($"No memory for hashing a password: {_bytes / 1024} KiB are needed.");
            _words = (ulong*)mapped;
        }
        else
            _words = (ulong*)NativeMemory.AlignedAlloc(_bytes, 64);
    }

    /// <summary>The words of a block; all blocks lie one behind the other.</summary>
    public ulong* Block(int index) => _words + ((nuint)index * Argon2Blocks.Words);

    public void Dispose()
    {
        if (_words is null)
            return;
        CryptographicOperations.ZeroMemory(new Span<byte>(_words, checked((int)_bytes)));
        if (OperatingSystem.IsLinux())
            _ = Unmap((nint)_words, _bytes);
        else
            NativeMemory.AlignedFree(_words);
        _words = null;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
