using System.Text.Json;
using EdgeDb.Core.Connections;

namespace EdgeDb.Core.OpenId;

/// <summary>What a provider says of itself (OpenID Connect Discovery 1.0 §3).</summary>
/// <param name="Issuer">As it spells itself: what its tokens say.</param>
/// <param name="Authorization">Where people sign in.</param>
/// <param name="Token">Where a code is exchanged.</param>
/// <param name="Keys">Its public keys.</param>
/// <param name="NamesItself">Its answers carry <c>iss</c> (RFC 9207); one without it is somebody else's.</param>
/// <param name="TakesBasic">Takes a client's secret in the Authorization header, which is what a provider does that says nothing.</param>
internal sealed record OpenIdMetadata(string Issuer, Uri Authorization, Uri Token, Uri Keys, bool NamesItself, bool TakesBasic)
{
    /// <summary>The document's address.</summary>
    public static Uri AddressOf(OpenIdSettings settings) => new($"{settings.Key}/.well-known/openid-configuration");

    /// <summary>Reads the document. Throws <see cref="HttpException"/> for one that is not the provider's, or that leads to an address without protection.</summary>
    public static OpenIdMetadata Read(ReadOnlyMemory<byte> json, OpenIdSettings settings)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var issuer = Text(root, "issuer");
            // But for the slash, which providers differ in, they have to be the same: else one provider could speak for another (§4.3).
            if (issuer.TrimEnd('/') != settings.Key)
                throw Wrong(settings, "it says that it is another issuer than --oidc names");
            return new(
                issuer, Address(root, "authorization_endpoint", settings), Address(root, "token_endpoint", settings), Address(root, "jwks_uri", settings),
                root.TryGetProperty("authorization_response_iss_parameter_supported", out var names) && names.ValueKind == JsonValueKind.True,
                !root.TryGetProperty("token_endpoint_auth_methods_supported", out var methods) || methods.EnumerateArray().Any(static method => method.ValueEquals("client_secret_basic")));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw Wrong(settings, "it is no such document", failure);
        }
    }

    private static Uri Address(JsonElement root, string name, OpenIdSettings settings) =>
        Uri.TryCreate(Text(root, name), UriKind.Absolute, out var address) && OpenIdSettings.IsTrustworthy(address)
            ? address
            : throw Wrong(settings, $"its {name} is no https:// address");

    private static string Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.GetString() is { } text ? text : throw new JsonException(name);

    private static HttpException Wrong(OpenIdSettings settings, string why, Exception? inner = null) =>
        new(HttpFailure.Content, $"The document at {settings}/…/.well-known/openid-configuration cannot be used: {why}.", inner);
}
