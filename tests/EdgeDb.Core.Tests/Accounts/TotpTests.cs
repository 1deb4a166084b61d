using EdgeDb.Core.Accounts;
using EdgeDb.Core.Security;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class TotpTests
{
    private static readonly byte[] Secret = "12345678901234567890"u8.ToArray();

    [Theory]
    [InlineData(59, 94287082)]
    [InlineData(1111111109, 07081804)]
    [InlineData(1111111111, 14050471)]
    [InlineData(1234567890, 89005924)]
    [InlineData(2000000000, 69279037)]
    [InlineData(20000000000, 65353130)]
    public void Codes_are_those_of_the_rfc(long seconds, int expected) => Assert.Equal(expected, Totp.Code(Secret, seconds / 30, 100_000_000));

    [Theory]
    [InlineData(-31, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(29, true)]
    [InlineData(30, true)]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public void One_step_before_and_one_after_are_taken(int secondsOff, bool taken)
    {
        const long Start = 1_234_567_890 / 30 * 30;
        var code = Code(Start / 30);

        Assert.Equal(taken ? Start / 30 : null, Totp.Match(Secret, code, DateTimeOffset.FromUnixTimeSeconds(Start + secondsOff), 0));
    }

    [Fact]
    public void No_step_is_taken_twice_nor_one_before_it()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_234_567_890);
        var step = now.ToUnixTimeSeconds() / 30;

        Assert.Equal(step, Totp.Match(Secret, Code(step), now, step - 1));
        Assert.Null(Totp.Match(Secret, Code(step), now, step));
        Assert.Null(Totp.Match(Secret, Code(step - 1), now, step));
        Assert.Equal(step + 1, Totp.Match(Secret, Code(step + 1), now, step));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("12345a")]
    [InlineData("１２３４５６")]
    public void What_is_no_code_is_refused(string code) => Assert.Null(Totp.Match(Secret, code, DateTimeOffset.FromUnixTimeSeconds(1_234_567_890), 0));

    [Fact]
    public void A_clock_at_the_beginning_of_time_is_no_failure() => Assert.NotNull(Totp.Match(Secret, Code(0), DateTimeOffset.UnixEpoch, -1));

    [Fact]
    public void Blanks_in_a_code_are_left_out()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_234_567_890);
        var code = Code(now.ToUnixTimeSeconds() / 30);

        Assert.NotNull(Totp.Match(Secret, $" {code[..3]} {code[3..]} ", now, 0));
    }

    [Fact]
    public void The_address_for_apps_names_household_and_account() => Assert.Equal(
        "otpauth://totp/Our%20house%20%231:Ana%20%C3%9C?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Our%20house%20%231&algorithm=SHA1&digits=6&period=30",
        Totp.Uri("Our house #1", "Ana Ü", Secret));

    // RFC 4648 §10.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_is_that_of_the_rfc(string text, string expected) => Assert.Equal(expected, Base32.Encode(System.Text.Encoding.ASCII.GetBytes(text)));

    private static string Code(long step) => Totp.Code(Secret, step).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
}
