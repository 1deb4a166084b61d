using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Certificates;

/// <summary>
/// A certificate and its private key in one file, so that they are there together or not at all: two PEM blocks, the key sealed by the key ring for that certificate alone. Every
/// byte is checked when it is read: both by the seal, their form by writing it again.
/// </summary>
/// <param name="path">Readable for its owner only.</param>
/// <param name="place">Where the sealed key belongs; a key of another place is not opened.</param>
internal sealed class CertificateFile(string path, string place) : ISealedPlace
{
    private const string KeyLabel = "EDGEDB SEALED PRIVATE KEY";
    private const int MaxBytes = 64 * 1024;

    // A rotation of keys must not put back what was renewed while it sealed it anew.
    private static readonly Lock Writing = new();

    public string Path => path;

    /// <inheritdoc/>
    public string Name => place + "/";

    /// <summary>The certificate without its key, unchecked; null when there is no file. Throws <see cref="CertificateFileException"/>.</summary>
    public static X509Certificate2? ReadPublic(string path)
    {
        try
        {
            return Read(path) is { } text ? X509Certificate2.CreateFromPem(text) : null;
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw Broken(path, "it holds no certificate", failure);
        }
    }

    /// <summary>Null when there is no file. Throws <see cref="CertificateFileException"/> when it is not whole, was changed, or cannot be read or opened.</summary>
    public X509Certificate2? Read(KeyRing keys)
    {
        if (Read(path) is not { } text)
            return null;
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(text);
            var pkcs8 = keys.Open(KeyPurpose.Secret, Place(certificate), SealedKey(text, certificate));
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(pkcs8, out _);
            CryptographicOperations.ZeroMemory(pkcs8);
            return certificate.CopyWithPrivateKey(key);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException or SealBrokenException)
        {
            throw Broken(path, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>Replaces the file as a whole. Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/>.</summary>
    public void Write(X509Certificate2 certificate, KeyRing keys)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        var pkcs8 = key.ExportPkcs8PrivateKey();
        var text = Compose(certificate, keys.Seal(KeyPurpose.Secret, Place(certificate), pkcs8));
        CryptographicOperations.ZeroMemory(pkcs8);
        lock (Writing)
            KeyFile.Write(path, Encoding.ASCII.GetBytes(text));
    }

    /// <inheritdoc/>
    public Task<int> SealAnewAsync(KeyRing keys, SqliteDatabase database, CancellationToken ct)
    {
        lock (Writing)
        {
            try
            {
                if (Read(path) is { } text)
                {
                    using var certificate = X509Certificate2.CreateFromPem(text);
                    if (keys.SealAnew(KeyPurpose.Secret, Place(certificate), SealedKey(text, certificate)) is { } anew)
                        KeyFile.Write(path, Encoding.ASCII.GetBytes(Compose(certificate, anew)));
                }

                return Task.FromResult(0);
            }
            catch (Exception failure) when (failure is CryptographicException or ArgumentException or SealBrokenException or CertificateFileException)
            {
                return Task.FromResult(1);
            }
        }
    }

    private static string? Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (file.Length > MaxBytes)
                throw Broken(path, "it is too large", null);
            using var reader = new StreamReader(file, Encoding.Latin1);
            return reader.ReadToEnd();
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or (IOException and not CertificateFileException))
        {
            throw new CertificateFileException($"'{path}' cannot be read: {failure.Message}", failure);
        }
    }

    private static string Compose(X509Certificate2 certificate, byte[] sealedKey) =>
        $"{certificate.ExportCertificatePem()}\n{PemEncoding.WriteString(KeyLabel, sealedKey)}\n";

    private static byte[] SealedKey(string text, X509Certificate2 certificate)
    {
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            if (!rest[fields.Label].SequenceEqual(KeyLabel))
                continue;
            var bytes = new byte[fields.DecodedDataLength];
            if (Convert.TryFromBase64Chars(rest[fields.Base64Data], bytes, out var written) && written == bytes.Length && Compose(certificate, bytes) == text)
                return bytes;
        }

        throw new CryptographicException("it is not whole, or not as it was written");
    }

    private string Place(X509Certificate2 certificate) => $"{place}/{certificate.GetCertHashString(HashAlgorithmName.SHA256)}";

    private static CertificateFileException Broken(string path, string reason, Exception? inner) => new(
        $"'{path}' cannot be used: {reason}. It is left as it is; put it back from a copy, or move it away and a new one is made "
        + "(after a new authority every device has to be told to trust it).", inner);
}
