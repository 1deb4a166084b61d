using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeDb.Core.Certificates;

/// <summary>The SHA-256 of a certificate, as people compare it.</summary>
internal static class Fingerprint
{
    private const int GroupDigits = 4;

    /// <summary>Sixteen groups of four hexadecimal digits: <c>3A9F 1022 …</c>.</summary>
    public static string Of(X509Certificate2 certificate)
    {
        var digits = Convert.ToHexString(certificate.GetCertHash(HashAlgorithmName.SHA256));
        return string.Join(' ', Enumerable.Range(0, digits.Length / GroupDigits).Select(group => digits.Substring(group * GroupDigits, GroupDigits)));
    }
}
