using System.Text.Json;
using EdgeDb.Core.Connections;
using Microsoft.IdentityModel.Tokens;

namespace EdgeDb.Core.OpenId;

/// <summary>The public keys of a provider. Kinds that a shared secret could pass for (<c>oct</c>) are left out, whatever the provider lists.</summary>
internal sealed class ProviderKeys
{
    // A provider that rotates has two or three.
    private const int Most = 32;

    private const int LeastRsaBits = 2048;

    private ProviderKeys(IReadOnlyList<SecurityKey> all, long readAt) => (All, ReadAt) = (all, readAt);

    /// <summary>Those that can verify a signature.</summary>
    public IReadOnlyList<SecurityKey> All { get; }

    /// <summary>A timestamp.</summary>
    public long ReadAt { get; }

    /// <summary>Reads a set of keys. Throws <see cref="HttpException"/> when it is none.</summary>
    public static ProviderKeys Read(byte[] json, long readAt)
    {
        try
        {
            var set = new JsonWebKeySet(System.Text.Encoding.UTF8.GetString(json)) { SkipUnresolvedJsonWebKeys = true };
            return new([.. set.GetSigningKeys().Where(IsUsable).Take(Most)], readAt);
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            throw new HttpException(HttpFailure.Content, "The provider's keys cannot be read: they are no set of JSON Web Keys.", failure);
        }
    }

    private static bool IsUsable(SecurityKey key) => key switch
    {
        RsaSecurityKey rsa => rsa.KeySize >= LeastRsaBits,
        X509SecurityKey certificate => certificate.PublicKey is System.Security.Cryptography.RSA { KeySize: >= LeastRsaBits } or System.Security.Cryptography.ECDsa,
        ECDsaSecurityKey => true,
        _ => false,
    };
}
