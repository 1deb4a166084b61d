using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using EdgeDb.Core.Accounts;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class AccessTokenFormatTests : IDisposable
{
    private static readonly AccessTokenClaims Claims = new("019a0c1e-5b7a-7c3e-9f00-0123456789ab", "events:read calendars:read", 1_000_000, 1_000_600);

    private readonly SigningKey _key = SigningKey.Create("k1", 0);
    private readonly SigningKey _next = SigningKey.Create("k2", 0);

    [Fact]
    public void A_token_says_what_it_was_made_of()
    {
        Assert.Equal(Claims, Read(AccessTokenFormat.Write(_key, "home", Claims)));
        Assert.Equal(Claims with { Scopes = null }, Read(AccessTokenFormat.Write(_next, "home", Claims with { Scopes = null })));
    }

    [Fact]
    public void A_token_is_verified_by_anybody_who_has_the_public_key()
    {
        var token = AccessTokenFormat.Write(_key, "home", Claims).Split('.');
        using var other = ECDsa.Create();
        other.ImportSubjectPublicKeyInfo(_key.ExportPublic(), out _);

        Assert.True(other.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Base64Url.DecodeFromChars(token[2]), HashAlgorithmName.SHA256));
        Assert.Equal("""{"alg":"ES256","kid":"k1","typ":"JWT"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token[0])));
    }

    [Fact]
    public void A_change_of_any_single_character_is_noticed()
    {
        var token = AccessTokenFormat.Write(_key, "home", Claims);
        for (var i = 0; i < token.Length; i++)
        {
            // The last character of a signature carries two bits that mean nothing, so its change may be none.
            if (i == token.Length - 1)
                continue;
            var changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.Null(Read(new string(changed)));
        }
    }

    [Fact]
    public void Other_algorithms_and_keys_are_never_believed()
    {
        var token = AccessTokenFormat.Write(_key, "home", Claims).Split('.');
        var none = Encode("""{"alg":"none","typ":"JWT"}""");
        var symmetric = Encode("""{"alg":"HS256","kid":"k1","typ":"JWT"}""");
        var mac = HMACSHA256.HashData(_key.ExportPublic(), Encoding.ASCII.GetBytes($"{symmetric}.{token[1]}"));
        using var foreign = SigningKey.Create("k1", 0);

        Assert.Null(Read($"{none}.{token[1]}."));
        Assert.Null(Read($"{none}.{token[1]}.{token[2]}"));
        Assert.Null(Read($"{symmetric}.{token[1]}.{Base64Url.EncodeToString(mac)}"));
        Assert.Null(Read($"{symmetric}.{token[1]}.{Base64Url.EncodeToString([.. mac, .. mac])}"));
        Assert.Null(Read(AccessTokenFormat.Write(foreign, "home", Claims)));
        // The header of one key on the signature of another.
        Assert.Null(Read($"{_next.Header}.{token[1]}.{token[2]}"));
    }

    [Fact]
    public void A_token_of_another_household_is_none() => Assert.Null(Read(AccessTokenFormat.Write(_key, "other", Claims)));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("a.b.c")]
    [InlineData("é.é.é")]
    public void What_is_no_token_is_refused(string text) => Assert.Null(Read(text));

    [Theory]
    [InlineData("""{"aud":"home","sid":"x","iat":1}""")]
    [InlineData("""{"aud":"home","sid":"x","iat":1,"exp":"2"}""")]
    [InlineData("""{"aud":["home"],"sid":"x","iat":1,"exp":2}""")]
    [InlineData("""{"aud":"home","sid":5,"iat":1,"exp":2}""")]
    [InlineData("""{"aud":"home","sid":"x","iat":1,"exp":2,"admin":true}""")]
    [InlineData("""{"aud":"home","sid":"x","iat":1,"exp":2""")]
    [InlineData("[]")]
    [InlineData("")]
    public void Odd_claims_are_refused_also_when_they_are_signed(string payload)
    {
        var signed = $"{_key.Header}.{Encode(payload)}";
        var signature = new byte[SigningKey.SignatureBytes];
        _key.Sign(Encoding.ASCII.GetBytes(signed), signature);

        Assert.Null(Read($"{signed}.{Base64Url.EncodeToString(signature)}"));
    }

    [Fact]
    public void A_key_comes_back_from_its_stored_form_and_no_other_curve_does()
    {
        using var again = SigningKey.Import("k1", _key.Export(), 0);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.NotNull(AccessTokenFormat.Read(AccessTokenFormat.Write(again, "home", Claims), [_key], "home"));
        Assert.Throws<CryptographicException>(() => SigningKey.Import("k3", other.ExportPkcs8PrivateKey(), 0));
    }

    public void Dispose()
    {
        _key.Dispose();
        _next.Dispose();
    }

    private AccessTokenClaims? Read(string token) => AccessTokenFormat.Read(token, [_key, _next], "home");

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
