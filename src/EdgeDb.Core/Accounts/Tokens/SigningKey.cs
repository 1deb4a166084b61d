using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace EdgeDb.Core.Accounts;

/// <summary>A key pair that signs access tokens: ECDSA on P-256 with SHA-256 (ES256 of RFC 7518 §3.4).</summary>
internal sealed class SigningKey : IDisposable
{
    /// <summary>Bytes of a signature: r and s.</summary>
    public const int SignatureBytes = 64;

    private readonly ECDsa _pair;

    private SigningKey(string id, ECDsa pair, long createdAt)
    {
        Id = id;
        _pair = pair;
        CreatedAt = createdAt;
        Header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"ES256","kid":"{{id}}","typ":"JWT"}"""));
    }

    /// <summary>The <c>kid</c>: letters, digits and hyphens.</summary>
    public string Id { get; }

    /// <summary>Unix seconds.</summary>
    public long CreatedAt { get; }

    /// <summary>
    /// The encoded header of every token of this key. A token is compared with it as text: what another header says (<c>none</c>, HS256, a key of its own) is never
    /// read, so it cannot be believed (RFC 8725 §3.1).
    /// </summary>
    public string Header { get; }

    /// <summary>A new key.</summary>
    public static SigningKey Create(string id, long createdAt) => new(id, ECDsa.Create(ECCurve.NamedCurves.nistP256), createdAt);

    /// <summary>A stored one. Throws <see cref="CryptographicException"/> when it is none, or of another curve.</summary>
    public static SigningKey Import(string id, ReadOnlySpan<byte> pkcs8, long createdAt)
    {
        var pair = ECDsa.Create();
        try
        {
            pair.ImportPkcs8PrivateKey(pkcs8, out _);
            if (pair.KeySize != 256)
                throw new CryptographicException($"Signing key '{id}' has {pair.KeySize} bits instead of 256.");
            return new(id, pair, createdAt);
        }
        catch
        {
            pair.Dispose();
            throw;
        }
    }

    /// <summary>The private key, to be sealed.</summary>
    public byte[] Export() => _pair.ExportPkcs8PrivateKey();

    /// <summary>The public key (X.509 SubjectPublicKeyInfo).</summary>
    public byte[] ExportPublic() => _pair.ExportSubjectPublicKeyInfo();

    /// <summary>Signs.</summary>
    public void Sign(ReadOnlySpan<byte> data, Span<byte> signature)
    {
        if (!_pair.TrySignData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out var written) || written != SignatureBytes)
            throw new CryptographicException("A signature has another length than ES256 gives.");
    }

    /// <summary>True when the signature is of this key.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        _pair.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public void Dispose() => _pair.Dispose();
}
