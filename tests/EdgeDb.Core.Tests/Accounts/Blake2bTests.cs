using EdgeDb.Core.Accounts;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class Blake2bTests
{
    // "abc" is appendix A of RFC 7693; the others, bytes 0, 1, 2 …, are of Python's hashlib (the reference implementation).
    [Theory]
    [InlineData(0, "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce")]
    [InlineData(3, "40a374727302d9a4769c17b5f409ff32f58aa24ff122d7603e4fda1509e919d4107a52c57570a6d94e50967aea573b11f86f473f537565c66f7039830a85d186")]
    [InlineData(127, "b6292669ccd38d5f01caae96ba272c76a879a45743afa0725d83b9ebb26665b731f1848c52f11972b6644f554c064fa90780dbbbf3a89d4fc31f67df3e5857ef")]
    [InlineData(128, "2319e3789c47e2daa5fe807f61bec2a1a6537fa03f19ff32e87eecbfd64b7e0e8ccff439ac333b040f19b0c4ddd11a61e24ac1fe0f10a039806c5dcc0da3d115")]
    [InlineData(129, "f59711d44a031d5f97a9413c065d1e614c417ede998590325f49bad2fd444d3e4418be19aec4e11449ac1a57207898bc57d76a1bcf3566292c20c683a5c4648f")]
    [InlineData(255, "5b21c5fd8868367612474fa2e70e9cfa2201ffeee8fafab5797ad58fefa17c9b5b107da4a3db6320baaf2c8617d5a51df914ae88da3867c2d41f0cc14fa67928")]
    [InlineData(256, "1ecc896f34d3f9cac484c73f75f6a5fb58ee6784be41b35f46067b9c65c63a6794d3d744112c653f73dd7deb6666204c5a9bfa5b46081fc10fdbe7884fa5cbf8")]
    [InlineData(257, "d8bfe068de0b4f9fa876a3f8024eb9f7b0029fd5dcf251199e065cee89e1a282c8dbf0442f2ade7294ac1c6be19b388dc990c34d8cb79f5f10c54fa813834fda")]
    public void Hashes_around_the_length_of_a_block_are_those_of_the_reference(int length, string expected)
    {
        var data = Enumerable.Range(0, length).Select(static i => (byte)i).ToArray();

        Assert.Equal(expected, Whole(data));
    }

    [Fact]
    public void The_example_of_the_rfc_is_hashed_as_it_says() => Assert.Equal(
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
        Whole("abc"u8.ToArray()));

    [Fact]
    public void The_pieces_in_which_data_comes_do_not_matter()
    {
        var data = Enumerable.Range(0, 700).Select(static i => (byte)(i * 7)).ToArray();
        var whole = Whole(data);

        foreach (var piece in new[] { 1, 63, 127, 128, 129, 256 })
        {
            var blake = new Blake2b(64);
            for (var at = 0; at < data.Length; at += piece)
                blake.Append(data.AsSpan(at, Math.Min(piece, data.Length - at)));
            var hash = new byte[64];
            blake.Finish(hash);
            Assert.Equal(whole, Convert.ToHexStringLower(hash));
        }
    }

    private static string Whole(byte[] data)
    {
        var hash = new byte[64];
        Blake2b.Hash(data, hash);
        return Convert.ToHexStringLower(hash);
    }
}
