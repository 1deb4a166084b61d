using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// BLAKE2b without a key (RFC 7693), the hash inside of Argon2. Used as: constructor, any number of <see cref="Append(ReadOnlySpan{byte})"/>, one
/// <see cref="Finish"/>. .NET has none. It is plain code: of a verification less than a hundredth is spent here.
/// </summary>
internal struct Blake2b
{
    /// <summary>Most bytes of a hash.</summary>
    public const int MaxHashBytes = 64;

    private const int BlockBytes = 128;
    private const int Rounds = 12;

    // RFC 7693 §2.7: the order in which each round takes the words of a block; rounds 10 and 11 repeat 0 and 1.
    private static ReadOnlySpan<byte> Sigma =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
    ];

    private static ReadOnlySpan<ulong> InitialValue =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    private readonly int _hashBytes;
    private State _state;
    private Block _block;
    private int _filled;
    private ulong _counted;

    /// <param name="hashBytes">Length of the hash, 1 to 64; part of what is hashed.</param>
    public Blake2b(int hashBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hashBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashBytes, MaxHashBytes);
        _hashBytes = hashBytes;
        InitialValue.CopyTo(_state);
        _state[0] ^= 0x01010000 ^ (uint)hashBytes;
    }

    /// <summary>Hashes in one call; the length of <paramref name="hash"/> is that of the hash.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        var blake = new Blake2b(hash.Length);
        blake.Append(data);
        blake.Finish(hash);
    }

    /// <summary>Adds to what is hashed.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            // A full block waits until more comes, since the last one is compressed differently.
            if (_filled == BlockBytes)
            {
                _counted += BlockBytes;
                Compress(last: false);
                _filled = 0;
            }

            var take = Math.Min(BlockBytes - _filled, data.Length);
            data[..take].CopyTo(((Span<byte>)_block)[_filled..]);
            _filled += take;
            data = data[take..];
        }
    }

    /// <summary>Adds a number of 32 bits, least significant byte first.</summary>
    public void Append(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        Append(bytes);
    }

    /// <summary>Writes the hash and wipes what was kept of the data.</summary>
    public void Finish(Span<byte> hash)
    {
        _counted += (uint)_filled;
        ((Span<byte>)_block)[_filled..].Clear();
        Compress(last: true);
        Span<byte> whole = stackalloc byte[MaxHashBytes];
        for (var i = 0; i < 8; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(whole[(8 * i)..], _state[i]);
        whole[.._hashBytes].CopyTo(hash);
        CryptographicOperations.ZeroMemory(whole);
        CryptographicOperations.ZeroMemory(_block);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<ulong>)_state));
    }

    private void Compress(bool last)
    {
        Span<ulong> m = stackalloc ulong[16];
        for (var i = 0; i < 16; i++)
            m[i] = BinaryPrimitives.ReadUInt64LittleEndian(((ReadOnlySpan<byte>)_block)[(8 * i)..]);
        Span<ulong> v = stackalloc ulong[16];
        ((ReadOnlySpan<ulong>)_state).CopyTo(v);
        InitialValue.CopyTo(v[8..]);
        v[12] ^= _counted;
        if (last)
            v[14] = ~v[14];
        for (var round = 0; round < Rounds; round++)
        {
            var s = Sigma.Slice(16 * round, 16);
            Mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
            Mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
            Mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
            Mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
            Mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
            Mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
            Mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
            Mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
        }

        for (var i = 0; i < 8; i++)
            _state[i] ^= v[i] ^ v[i + 8];
        m.Clear();
        v.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(Span<ulong> v, int a, int b, int c, int d, ulong x, ulong y)
    {
        v[a] += v[b] + x;
        v[d] = BitOperations.RotateRight(v[d] ^ v[a], 32);
        v[c] += v[d];
        v[b] = BitOperations.RotateRight(v[b] ^ v[c], 24);
        v[a] += v[b] + y;
        v[d] = BitOperations.RotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = BitOperations.RotateRight(v[b] ^ v[c], 63);
    }

    [InlineArray(8)]
    private struct State
    {
        private ulong _first;
    }

    [InlineArray(BlockBytes)]
    private struct Block
    {
        private byte _first;
    }
}
