using System.Security.Cryptography;
using System.Text;
using EdgeDb.Core.Audit;
using Xunit;

namespace EdgeDb.Core.Tests.Audit;

public sealed class Sha256Tests
{
    /// <summary>FIPS 180-4, examples of NIST.</summary>
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void The_examples_of_the_standard_have_their_hash(string text, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(Hash(Encoding.ASCII.GetBytes(text), 1)));

    [Fact]
    public void Every_length_around_the_blocks_has_the_hash_of_the_framework_in_whatever_pieces_it_comes()
    {
        var random = new Random(1);
        for (var length = 0; length <= 300; length++)
        {
            var data = new byte[length];
            random.NextBytes(data);
            Assert.Equal(SHA256.HashData(data), Hash(data, 1 + random.Next(100)));
        }
    }

    private static byte[] Hash(byte[] data, int piece)
    {
        var hash = new Sha256();
        foreach (var some in data.Chunk(piece))
            hash.Add(some);
        return hash.End();
    }
}
