using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EdgeDb.Core.OpenId;

/// <summary>
/// The check of an ID token (OpenID Connect Core 1.0 §3.1.3.7). Signature, issuer and audience are the library's; what says when and for whom is checked here, by the household's own
/// clock, as the board's may be years wrong.
/// </summary>
internal static class IdToken
{
    /// <summary>How far the clocks of provider and board may differ.</summary>
    public const long ToleranceSeconds = 300;

    // Tokens are made while the code is exchanged; one that lay about is somebody else's.
    private const long OldestSeconds = 600;

    private const int MaxSubjectLength = 255;

    // Each with a key pair: of "none" and of HS256, whose secret a public key could be taken for, there is none to be confused with.
    private static readonly string[] Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 32 * 1024 };

    /// <summary>
    /// Who the token says has signed in; null when none of the keys has signed it. Throws <see cref="OpenIdException"/> when it proves nothing to this service now.
    /// </summary>
    /// <param name="token">Of the provider's answer.</param>
    /// <param name="keys">The provider's.</param>
    /// <param name="issuer">The provider, as it spells itself.</param>
    /// <param name="clientId">This service.</param>
    /// <param name="nonce">Of the browser that began it.</param>
    /// <param name="now">Seconds since 1970-01-01T00:00:00 UTC.</param>
    public static async Task<string?> CheckAsync(string token, ProviderKeys keys, string issuer, string clientId, string nonce, long now)
    {
        var result = await Handler.ValidateTokenAsync(
            token,
            new TokenValidationParameters
            {
                ValidAlgorithms = Algorithms,
                IssuerSigningKeys = keys.All,
                ValidIssuer = issuer,
                ValidAudience = clientId,
                ValidateLifetime = false,
            }).ConfigureAwait(false);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException)
            return null;
        if (!result.IsValid || result.SecurityToken is not JsonWebToken proven)
            throw Unproven(result.Exception switch
            {
                SecurityTokenInvalidIssuerException => "it is another issuer's",
                SecurityTokenInvalidAudienceException => "it is for another client",
                SecurityTokenInvalidAlgorithmException => "its algorithm is none that proves anything",
                _ => "it is no token that can be verified",
            });
        // What it names there has to be understood (RFC 7515 §4.1.11), and nothing is.
        if (proven.TryGetHeaderValue<object>("crit", out _))
            throw Unproven("it demands what is not understood here");
        RequireAudience(proven, clientId);
        if (!proven.TryGetPayloadValue<string>("nonce", out var of) || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(of), Encoding.UTF8.GetBytes(nonce)))
            throw Unproven("it is the answer to another browser");
        RequireTimes(proven, now);
        return proven.Subject is { Length: > 0 and <= MaxSubjectLength } subject && !subject.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? subject
            : throw Unproven("it names nobody");
    }

    /// <summary>Some providers name others besides; then it has to be this client that asked for it.</summary>
    private static void RequireAudience(JsonWebToken token, string clientId)
    {
        var isNamed = token.TryGetPayloadValue<string>("azp", out var party);
        if (isNamed ? party != clientId : token.Audiences.Skip(1).Any())
            throw Unproven("another client asked for it");
    }

    private static void RequireTimes(JsonWebToken token, long now)
    {
        if (!token.TryGetPayloadValue<long>("exp", out var expires) || !token.TryGetPayloadValue<long>("iat", out var issued))
            throw Unproven("it does not say when it holds");
        _ = token.TryGetPayloadValue<long>("nbf", out var begins);
        if (issued - now > ToleranceSeconds || begins - now > ToleranceSeconds)
            throw new OpenIdException(OpenIdFailure.Clock, $"The ID token is {Math.Max(issued, begins) - now} s ahead of this board's clock; one of the two clocks is wrong.");
        if (now - expires >= ToleranceSeconds || now - issued > OldestSeconds + ToleranceSeconds)
            throw new OpenIdException(OpenIdFailure.Clock, $"The ID token is {now - issued} s old by this board's clock; it is over, or one of the two clocks is wrong.");
    }

    private static OpenIdException Unproven(string why) => new(OpenIdFailure.Unproven, $"The ID token is refused: {why}.");
}
