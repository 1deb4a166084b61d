using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Access tokens as JSON Web Tokens in compact form (RFC 7515 §7.1, RFC 7519), and no more of these standards than that: one algorithm, one header a key, the claims of
/// <see cref="AccessTokenClaims"/> and an audience.
/// </summary>
internal static class AccessTokenFormat
{
    /// <summary>Most characters of a token; every right written out makes about 900.</summary>
    public const int MaxCharacters = 2048;

    private const int SignatureCharacters = 86;

    /// <summary>Makes a token.</summary>
    /// <param name="key">Signs it.</param>
    /// <param name="household">The audience: the id of the household, so that a token of one is nothing to another.</param>
    /// <param name="claims">What it says.</param>
    public static string Write(SigningKey key, string household, AccessTokenClaims claims)
    {
        var payload = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            json.WriteString("aud"u8, household);
            json.WriteString("sid"u8, claims.CredentialId);
            if (claims.Scopes is not null)
                json.WriteString("scope"u8, claims.Scopes);
            json.WriteNumber("iat"u8, claims.IssuedAt);
            json.WriteNumber("exp"u8, claims.ExpiresAt);
            json.WriteEndObject();
        }

        var signed = $"{key.Header}.{Base64Url.EncodeToString(payload.WrittenSpan)}";
        Span<byte> signature = stackalloc byte[SigningKey.SignatureBytes];
        key.Sign(Encoding.ASCII.GetBytes(signed), signature);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>The claims of a token that one of the keys signed for this household; null for anything else. Whether it has expired is not judged here.</summary>
    public static AccessTokenClaims? Read(ReadOnlySpan<char> token, IReadOnlyList<SigningKey> keys, string household)
    {
        if (token.Length > MaxCharacters || !Ascii.IsValid(token))
            return null;
        var signatureAt = token.LastIndexOf('.') + 1;
        var payloadAt = token.IndexOf('.') + 1;
        if (payloadAt <= 1 || signatureAt <= payloadAt || token.Length - signatureAt != SignatureCharacters)
            return null;
        if (KeyOf(token[..(payloadAt - 1)], keys) is not { } key)
            return null;

        Span<byte> bytes = stackalloc byte[MaxCharacters];
        Span<byte> signature = stackalloc byte[SigningKey.SignatureBytes];
        if (!Base64Url.TryDecodeFromChars(token[signatureAt..], signature, out var length) || length != SigningKey.SignatureBytes)
            return null;
        var signed = bytes[..Encoding.ASCII.GetBytes(token[..(signatureAt - 1)], bytes)];
        if (!key.Verify(signed, signature))
            return null;
        return Base64Url.IsValid(token[payloadAt..(signatureAt - 1)]) && Base64Url.TryDecodeFromChars(token[payloadAt..(signatureAt - 1)], bytes, out length)
            ? ReadClaims(bytes[..length], household)
            : null;
    }

    private static SigningKey? KeyOf(ReadOnlySpan<char> header, IReadOnlyList<SigningKey> keys)
    {
        for (var i = 0; i < keys.Count; i++)
            if (header.SequenceEqual(keys[i].Header))
                return keys[i];
        return null;
    }

    // What is read here was signed by this program: anything unusual is a mistake of its own, and refused.
    private static AccessTokenClaims? ReadClaims(ReadOnlySpan<byte> payload, string household)
    {
        string? credential = null, scopes = null;
        long? issuedAt = null, expiresAt = null;
        var forThis = false;
        var json = new Utf8JsonReader(payload);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("aud"u8))
                    forThis = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals(household);
                else if (json.ValueTextEquals("sid"u8))
                    credential = json.Read() ? json.GetString() : null;
                else if (json.ValueTextEquals("scope"u8))
                    scopes = json.Read() ? json.GetString() : null;
                else if (json.ValueTextEquals("iat"u8))
                    issuedAt = json.Read() ? json.GetInt64() : null;
                else if (json.ValueTextEquals("exp"u8))
                    expiresAt = json.Read() ? json.GetInt64() : null;
                else
                    return null;
            }
        }
        catch (Exception unusual) when (unusual is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }

        return forThis && credential is not null && issuedAt is { } issued && expiresAt is { } expires ? new(credential, scopes, issued, expires) : null;
    }
}
