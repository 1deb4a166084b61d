using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// The compression of Argon2 (RFC 9106 §3.5): 1 KiB blocks as an 8 × 8 matrix of 16-byte cells, the permutation P on each row and then on each column. A cell is
/// one vector of 128 bits, so rows and columns are the same code and no word changes its lane but between two halves of P.
/// <para>With AVX2 two of P run in one vector. It is written in intrinsics and not in <c>Vector256</c>, because ahead-of-time code for a
/// processor that may lack AVX2 runs only the former in its full width.</para>
/// </summary>
internal static unsafe class Argon2Blocks
{
    /// <summary>Bytes of a block.</summary>
    public const int Bytes = 1024;

    /// <summary>Words of 64 bits of a block.</summary>
    public const int Words = Bytes / sizeof(ulong);

    private const int Cells = 8;
    private const int CellWords = 2;
    private const int RowWords = Cells * CellWords;

    /// <summary>Sets <paramref name="to"/> to the compression of two blocks, or adds it by XOR.</summary>
    public static void Compress(ulong* x, ulong* y, ulong* to, bool add)
    {
        var r = stackalloc ulong[Words];
        if (Avx2.IsSupported)
            CompressWide(x, y, r, to, add);
        else
            CompressNarrow(x, y, r, to, add);
    }

    /// <summary>For every processor with vectors of 128 bits; also where there are none, and slowly.</summary>
    internal static void CompressNarrow(ulong* x, ulong* y, ulong* r, ulong* to, bool add)
    {
        for (var i = 0; i < Words; i += CellWords)
        {
            var mixed = Vector128.Load(x + i) ^ Vector128.Load(y + i);
            mixed.Store(r + i);
            (add ? mixed ^ Vector128.Load(to + i) : mixed).Store(to + i);
        }

        for (var row = 0; row < Cells; row++)
            PermuteNarrow(r + (row * RowWords), CellWords);
        for (var column = 0; column < Cells; column++)
            PermuteNarrow(r + (column * CellWords), RowWords);
        for (var i = 0; i < Words; i += CellWords)
            (Vector128.Load(to + i) ^ Vector128.Load(r + i)).Store(to + i);
    }

    private static void CompressWide(ulong* x, ulong* y, ulong* r, ulong* to, bool add)
    {
        for (var i = 0; i < Words; i += 2 * CellWords)
        {
            var mixed = Avx2.Xor(Avx.LoadVector256(x + i), Avx.LoadVector256(y + i));
            Avx.Store(r + i, mixed);
            Avx.Store(to + i, add ? Avx2.Xor(mixed, Avx.LoadVector256(to + i)) : mixed);
        }

        for (var row = 0; row < Cells; row += 2)
            PermuteRowsWide(r + (row * RowWords));
        for (var column = 0; column < Cells; column += 2)
            PermuteColumnsWide(r + (column * CellWords));
        for (var i = 0; i < Words; i += 2 * CellWords)
            Avx.Store(to + i, Avx2.Xor(Avx.LoadVector256(to + i), Avx.LoadVector256(r + i)));
    }

    /// <summary>P on eight cells that lie <paramref name="step"/> words apart.</summary>
    private static void PermuteNarrow(ulong* cells, int step)
    {
        var a0 = Vector128.Load(cells);
        var a1 = Vector128.Load(cells + step);
        var b0 = Vector128.Load(cells + (2 * step));
        var b1 = Vector128.Load(cells + (3 * step));
        var c0 = Vector128.Load(cells + (4 * step));
        var c1 = Vector128.Load(cells + (5 * step));
        var d0 = Vector128.Load(cells + (6 * step));
        var d1 = Vector128.Load(cells + (7 * step));

        Mix(ref a0, ref b0, ref c0, ref d0);
        Mix(ref a1, ref b1, ref c1, ref d1);
        // The columns of the 4 × 4 words become its diagonals, and back.
        (b0, b1) = (Straddle(b0, b1), Straddle(b1, b0));
        (c0, c1) = (c1, c0);
        (d0, d1) = (Straddle(d1, d0), Straddle(d0, d1));
        Mix(ref a0, ref b0, ref c0, ref d0);
        Mix(ref a1, ref b1, ref c1, ref d1);
        (b0, b1) = (Straddle(b1, b0), Straddle(b0, b1));
        (c0, c1) = (c1, c0);
        (d0, d1) = (Straddle(d0, d1), Straddle(d1, d0));

        a0.Store(cells);
        a1.Store(cells + step);
        b0.Store(cells + (2 * step));
        b1.Store(cells + (3 * step));
        c0.Store(cells + (4 * step));
        c1.Store(cells + (5 * step));
        d0.Store(cells + (6 * step));
        d1.Store(cells + (7 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Vector128<ulong> a, ref Vector128<ulong> b, ref Vector128<ulong> c, ref Vector128<ulong> d)
    {
        a = AddProduct(a, b);
        d = Vector128.Shuffle((d ^ a).AsUInt32(), Vector128.Create(1u, 0, 3, 2)).AsUInt64();
        c = AddProduct(c, d);
        b = Vector128.Shuffle((b ^ c).AsByte(), Vector128.Create((byte)3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10)).AsUInt64();
        a = AddProduct(a, b);
        d = Vector128.Shuffle((d ^ a).AsByte(), Vector128.Create((byte)2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9)).AsUInt64();
        c = AddProduct(c, d);
        b ^= c;
        b = (b + b) | (b >>> 63);
    }

    /// <summary>x + y + 2 · low32(x) · low32(y), which makes Argon2 cost a multiplier where plain BLAKE2 costs an adder.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> AddProduct(Vector128<ulong> x, Vector128<ulong> y)
    {
        Vector128<ulong> product;
        if (AdvSimd.IsSupported)
            product = AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(x), AdvSimd.ExtractNarrowingLower(y));
        else if (Sse2.IsSupported)
            product = Sse2.Multiply(x.AsUInt32(), y.AsUInt32());
        else
            product = Vector128.Create((ulong)(uint)x[0] * (uint)y[0], (ulong)(uint)x[1] * (uint)y[1]);
        return x + y + product + product;
    }

    /// <summary>The upper word of one vector and the lower word of the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Straddle(Vector128<ulong> first, Vector128<ulong> next) =>
        AdvSimd.IsSupported ? AdvSimd.ExtractVector128(first, next, 1)
        : Ssse3.IsSupported ? Ssse3.AlignRight(next.AsByte(), first.AsByte(), 8).AsUInt64()
        : Vector128.Create(first[1], next[0]);

    private static void PermuteRowsWide(ulong* rows)
    {
        var a0 = Join(rows);
        var a1 = Join(rows + 2);
        var b0 = Join(rows + 4);
        var b1 = Join(rows + 6);
        var c0 = Join(rows + 8);
        var c1 = Join(rows + 10);
        var d0 = Join(rows + 12);
        var d1 = Join(rows + 14);
        PermuteWide(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
        Split(a0, rows);
        Split(a1, rows + 2);
        Split(b0, rows + 4);
        Split(b1, rows + 6);
        Split(c0, rows + 8);
        Split(c1, rows + 10);
        Split(d0, rows + 12);
        Split(d1, rows + 14);
    }

    private static void PermuteColumnsWide(ulong* columns)
    {
        var a0 = Avx.LoadVector256(columns);
        var a1 = Avx.LoadVector256(columns + RowWords);
        var b0 = Avx.LoadVector256(columns + (2 * RowWords));
        var b1 = Avx.LoadVector256(columns + (3 * RowWords));
        var c0 = Avx.LoadVector256(columns + (4 * RowWords));
        var c1 = Avx.LoadVector256(columns + (5 * RowWords));
        var d0 = Avx.LoadVector256(columns + (6 * RowWords));
        var d1 = Avx.LoadVector256(columns + (7 * RowWords));
        PermuteWide(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
        Avx.Store(columns, a0);
        Avx.Store(columns + RowWords, a1);
        Avx.Store(columns + (2 * RowWords), b0);
        Avx.Store(columns + (3 * RowWords), b1);
        Avx.Store(columns + (4 * RowWords), c0);
        Avx.Store(columns + (5 * RowWords), c1);
        Avx.Store(columns + (6 * RowWords), d0);
        Avx.Store(columns + (7 * RowWords), d1);
    }

    /// <summary>A cell of one row and the cell below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Join(ulong* cell) =>
        Avx2.InsertVector128(Avx.LoadVector256(cell), Sse2.LoadVector128(cell + RowWords), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(Vector256<ulong> cells, ulong* to)
    {
        Sse2.Store(to, Avx2.ExtractVector128(cells, 0));
        Sse2.Store(to + RowWords, Avx2.ExtractVector128(cells, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PermuteWide(
        ref Vector256<ulong> a0, ref Vector256<ulong> a1, ref Vector256<ulong> b0, ref Vector256<ulong> b1,
        ref Vector256<ulong> c0, ref Vector256<ulong> c1, ref Vector256<ulong> d0, ref Vector256<ulong> d1)
    {
        MixWide(ref a0, ref b0, ref c0, ref d0);
        MixWide(ref a1, ref b1, ref c1, ref d1);
        (b0, b1) = (StraddleWide(b0, b1), StraddleWide(b1, b0));
        (c0, c1) = (c1, c0);
        (d0, d1) = (StraddleWide(d1, d0), StraddleWide(d0, d1));
        MixWide(ref a0, ref b0, ref c0, ref d0);
        MixWide(ref a1, ref b1, ref c1, ref d1);
        (b0, b1) = (StraddleWide(b1, b0), StraddleWide(b0, b1));
        (c0, c1) = (c1, c0);
        (d0, d1) = (StraddleWide(d0, d1), StraddleWide(d1, d0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MixWide(ref Vector256<ulong> a, ref Vector256<ulong> b, ref Vector256<ulong> c, ref Vector256<ulong> d)
    {
        a = AddProductWide(a, b);
        d = Avx2.Shuffle(Avx2.Xor(d, a).AsUInt32(), 0b10_11_00_01).AsUInt64();
        c = AddProductWide(c, d);
        b = Avx2.Shuffle(Avx2.Xor(b, c).AsByte(), Vector256.Create(
            (byte)3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10)).AsUInt64();
        a = AddProductWide(a, b);
        d = Avx2.Shuffle(Avx2.Xor(d, a).AsByte(), Vector256.Create(
            (byte)2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9)).AsUInt64();
        c = AddProductWide(c, d);
        b = Avx2.Xor(b, c);
        b = Avx2.Or(Avx2.Add(b, b), Avx2.ShiftRightLogical(b, 63));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> AddProductWide(Vector256<ulong> x, Vector256<ulong> y)
    {
        var product = Avx2.Multiply(x.AsUInt32(), y.AsUInt32());
        return Avx2.Add(Avx2.Add(x, y), Avx2.Add(product, product));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> StraddleWide(Vector256<ulong> first, Vector256<ulong> next) =>
        Avx2.AlignRight(next.AsByte(), first.AsByte(), 8).AsUInt64();
}
