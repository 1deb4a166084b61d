using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeDb.Core.Caching;

/// <summary>
/// 64-bit hashes of keys under a secret seed (SipHash-1-3: Aumasson and Bernstein, INDOCRYPT 2012, with the rounds of Rust's tables), so that nobody can choose keys
/// that share their counters in <see cref="FrequencySketch"/>. The same seed gives the same hash of a string in every run.
/// </summary>
internal readonly struct KeyHash(ulong seed)
{
    private readonly ulong _k0 = seed * 0x9E3779B97F4A7C15UL;
    private readonly ulong _k1 = BitOperations.RotateLeft(seed, 32) ^ 0xD6E8FEB86659FD93UL;

    /// <summary>Strings by their text, other keys by their own hash.</summary>
    public ulong Of(object key) => key is string text ? Of(MemoryMarshal.AsBytes(text.AsSpan())) : Of(BitConverter.GetBytes(key.GetHashCode()));

    private ulong Of(ReadOnlySpan<byte> data)
    {
        var v0 = _k0 ^ 0x736f6d6570736575UL;
        var v1 = _k1 ^ 0x646f72616e646f6dUL;
        var v2 = _k0 ^ 0x6c7967656e657261UL;
        var v3 = _k1 ^ 0x7465646279746573UL;
        var length = data.Length;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
            Absorb(ref v0, ref v1, ref v2, ref v3, MemoryMarshal.Read<ulong>(data));

        var last = (ulong)length << 56;
        for (var i = 0; i < data.Length; i++)
            last |= (ulong)data[i] << (8 * i);
        Absorb(ref v0, ref v1, ref v2, ref v3, last);

        v2 ^= 0xff;
        for (var i = 0; i < 3; i++)
            Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3, ulong word)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
