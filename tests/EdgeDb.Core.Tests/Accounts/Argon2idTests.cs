using System.Runtime.InteropServices;
using System.Text;
using EdgeDb.Core.Accounts;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed unsafe class Argon2idTests
{
    [Fact]
    public void The_example_of_the_rfc_is_hashed_as_it_says()
    {
        // RFC 9106 §5.3.
        var hash = new byte[32];
        Argon2id.Hash(
            Filled(32, 1), Filled(16, 2), new Argon2Cost(32, 3, 4), hash, Filled(8, 3), Filled(12, 4));

        Assert.Equal("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659", Convert.ToHexStringLower(hash));
    }

    // Of the reference implementation (Debian's python3-argon2 21.1.0), with odd sizes: memory that is no multiple of the segments, hashes longer than one BLAKE2b.
    [Theory]
    [InlineData("password", "somesalt", 7168, 5, 1, "b006af3954fd952b17e23795d993512da1f7c0a311a42e2e6064f0b694c0ec91")]
    [InlineData("", "12345678", 8, 1, 1, "d5943821")]
    [InlineData("pass", "saltsalt", 257, 3, 1, "711e2948317e75a8172ddb58be201ae389dcafc649830a54f08f29d7cd465c7ffcd437d5661d5d75661b66366f50bab29f1a092bbb9537b10241c2e428d1b0a7")]
    [InlineData("pass", "saltsalt", 70, 2, 3, "469374ea915bc0fce8264b445003b62dc843ad3e13365316ede94b5710db432778637e52079869042e13a2988ac4ff3b1b9350c23a4d88cd6255597f4bd2dff0b3")]
    [InlineData("pässword", "0123456789abcdef", 4096, 1, 2, "96b4d4a957a4029cbcda74a138a3b86f2d00474d153c1121467532bde9a826b7")]
    public void Hashes_are_those_of_the_reference(string password, string salt, int memoryKiB, int passes, int lanes, string expected)
    {
        var hash = new byte[expected.Length / 2];
        Argon2id.Hash(Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(salt), new Argon2Cost(memoryKiB, passes, lanes), hash);

        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Wide_and_narrow_vectors_compute_the_same()
    {
        var random = new Random(5);
        var memory = (ulong*)NativeMemory.Alloc(5 * Argon2Blocks.Bytes);
        try
        {
            ulong* x = memory, y = x + Argon2Blocks.Words, wide = y + Argon2Blocks.Words, narrow = wide + Argon2Blocks.Words, scratch = narrow + Argon2Blocks.Words;
            for (var round = 0; round < 20; round++)
            {
                random.NextBytes(new Span<byte>(x, 3 * Argon2Blocks.Bytes));
                new Span<ulong>(wide, Argon2Blocks.Words).CopyTo(new Span<ulong>(narrow, Argon2Blocks.Words));
                Argon2Blocks.Compress(x, y, wide, add: round % 2 == 1);
                Argon2Blocks.CompressNarrow(x, y, scratch, narrow, add: round % 2 == 1);
                Assert.True(new Span<ulong>(wide, Argon2Blocks.Words).SequenceEqual(new Span<ulong>(narrow, Argon2Blocks.Words)));
            }
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    [Theory]
    [InlineData(7, 1, 1)]
    [InlineData(15, 1, 2)]
    [InlineData(7168, 0, 1)]
    [InlineData(7168, 5, 0)]
    [InlineData(int.MaxValue, 5, 1)]
    [InlineData(7168, 1000, 1)]
    public void A_cost_out_of_bounds_is_refused(int memoryKiB, int passes, int lanes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Argon2id.Hash("password"u8, "somesalt"u8, new(memoryKiB, passes, lanes), new byte[32]));

    private static byte[] Filled(int length, byte value)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }
}
