using EdgeDb.Core.Accounts;
using EdgeDb.Core.Security;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class ReadableCodeTests
{
    [Theory]
    [InlineData("ABCD1230", "ABCD1230")]
    [InlineData("abcd-123o", "ABCD1230")]
    [InlineData(" abcd l23O ", "ABCD1230")]
    [InlineData("ABCDI23O", "ABCD1230")]
    [InlineData("ABCD123", null)]
    [InlineData("ABCD12300", null)]
    [InlineData("ABCD123U", null)]
    [InlineData("ABCD123é", null)]
    [InlineData("", null)]
    public void What_is_read_or_typed_wrong_in_the_usual_ways_is_read_right(string typed, string? code) => Assert.Equal(code, ReadableCode.Read(typed, 8));

    [Fact]
    public void Blanks_without_end_are_no_code() => Assert.Null(ReadableCode.Read(new string(' ', 1_000_000) + "ABCD1230", 8));

    [Fact]
    public void Recovery_codes_differ_and_are_hashed_with_their_account()
    {
        var codes = RecoveryCodes.New();

        Assert.Equal(RecoveryCodes.Count, codes.Distinct().Count());
        Assert.All(codes, static code => Assert.Equal(code, ReadableCode.Read(ReadableCode.Grouped(code).ToLowerInvariant(), RecoveryCodes.Characters)));
        Assert.Equal(RecoveryCodes.Hash("one", codes[0]), RecoveryCodes.Hash("one", ReadableCode.Grouped(codes[0])));
        Assert.NotEqual(RecoveryCodes.Hash("one", codes[0]), RecoveryCodes.Hash("two", codes[0]));
        Assert.Null(RecoveryCodes.Hash("one", "123456"));
    }
}
