using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EdgeDb.Core.Backups;

/// <summary>A digest of a set of rows: how many, and the exclusive or of their SHA-256. Their order does not matter, and rows of a table differ by their key.</summary>
internal struct RowSum : IEquatable<RowSum>
{
    private UInt128 _low;
    private UInt128 _high;

    public long Count { get; private set; }

    public void Add(ReadOnlySpan<byte> row)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(row, hash);
        var halves = MemoryMarshal.Cast<byte, UInt128>(hash);
        (Count, _low, _high) = (Count + 1, _low ^ halves[0], _high ^ halves[1]);
    }

    public void Add(RowSum other) => (Count, _low, _high) = (Count + other.Count, _low ^ other._low, _high ^ other._high);

    public readonly void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(Count);
        Span<UInt128> halves = [_low, _high];
        writer.Write(MemoryMarshal.AsBytes(halves));
    }

    public static RowSum Read(BinaryReader reader)
    {
        var sum = new RowSum { Count = reader.Read7BitEncodedInt64() };
        Span<UInt128> halves = stackalloc UInt128[2];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(halves));
        (sum._low, sum._high) = (halves[0], halves[1]);
        return sum;
    }

    public readonly bool Equals(RowSum other) => Count == other.Count && _low == other._low && _high == other._high;

    public override readonly bool Equals(object? obj) => obj is RowSum other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Count, _low, _high);
}
