using System.Buffers.Binary;
using System.Numerics;

namespace EdgeDb.Core.Audit;

/// <summary>
/// SHA-256 (FIPS 180-4). The framework's loads OpenSSL, 3 MB and some milliseconds of every start, whose first entry is hashed before anything else needs it.
/// </summary>
internal sealed class Sha256
{
    public const int HashBytes = 32;
    private const int BlockBytes = 64;

    private readonly uint[] _state = Initial.ToArray();
    private readonly byte[] _block = new byte[BlockBytes];
    private long _length;

    private static ReadOnlySpan<uint> Initial =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static ReadOnlySpan<uint> Constants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    public void Add(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var filled = (int)(_length % BlockBytes);
            var taken = Math.Min(BlockBytes - filled, data.Length);
            data[..taken].CopyTo(_block.AsSpan(filled));
            _length += taken;
            data = data[taken..];
            if (filled + taken == BlockBytes)
                Compress();
        }
    }

    public void Add(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        Add(bytes);
    }

    /// <summary>The hash of all that was added. Nothing can be added afterwards.</summary>
    public byte[] End()
    {
        var bits = _length * 8;
        Span<byte> padding = stackalloc byte[BlockBytes + 1];
        padding.Clear();
        padding[0] = 0x80;
        // One byte at least, and as many zeros as leave eight for the length at the end of a block.
        var zeros = ((2 * BlockBytes) - sizeof(long) - 1 - (int)(_length % BlockBytes)) % BlockBytes;
        Add(padding[..(1 + zeros)]);
        Add(bits);
        var hash = new byte[HashBytes];
        for (var i = 0; i < _state.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(i * sizeof(uint)), _state[i]);
        return hash;
    }

    private void Compress()
    {
        Span<uint> w = stackalloc uint[BlockBytes];
        for (var i = 0; i < 16; i++)
            w[i] = BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(i * sizeof(uint)));
        for (var i = 16; i < w.Length; i++)
        {
            var (x, y) = (w[i - 15], w[i - 2]);
            w[i] = w[i - 16] + w[i - 7]
                + (BitOperations.RotateRight(x, 7) ^ BitOperations.RotateRight(x, 18) ^ (x >> 3))
                + (BitOperations.RotateRight(y, 17) ^ BitOperations.RotateRight(y, 19) ^ (y >> 10));
        }

        var (a, b, c, d) = (_state[0], _state[1], _state[2], _state[3]);
        var (e, f, g, h) = (_state[4], _state[5], _state[6], _state[7]);
        for (var i = 0; i < w.Length; i++)
        {
            var first = h + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25)) + ((e & f) ^ (~e & g)) + Constants[i] + w[i];
            var second = (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e) = (g, f, e, d + first);
            (d, c, b, a) = (c, b, a, first + second);
        }

        _state[0] += a;
        _state[1] += b;
        _state[2] += c;
        _state[3] += d;
        _state[4] += e;
        _state[5] += f;
        _state[6] += g;
        _state[7] += h;
    }
}
