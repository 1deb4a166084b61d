using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeDb.Core.Connections;

/// <summary>Whose certificates are believed over TLS. Compared by reference: one object an endpoint.</summary>
internal sealed class TlsTrust
{
    private const int PinBytes = 32;

    /// <summary>The authorities of the system, TLS 1.2 and 1.3.</summary>
    public static TlsTrust System { get; } = new();

    /// <summary>PEM file of the only authorities believed. Default: those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// Base64 of the SHA-256 of public keys (SubjectPublicKeyInfo, as in RFC 7469): besides being valid, the chain must hold one of them.
    /// Give two, the one in use and the next. Default: none.
    /// </summary>
    public IReadOnlyList<string> Pins { get; init; } = [];

    /// <summary>Refuses TLS 1.2. Default false: 1.3 is taken wherever the host has it.</summary>
    public bool RequireTls13 { get; init; }

    /// <summary>Whether it asks for anything beyond what every connection over TLS asks for.</summary>
    public bool IsParticular => CaFile is not null || Pins.Count > 0 || RequireTls13;

    /// <summary>One sentence for each thing that is wrong, naming the setting, its value and what it may be.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        try
        {
            if (CaFile is not null && Authorities(CaFile).Count == 0)
                problems.Add($"CaFile is '{CaFile}', which holds no certificate in PEM form.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            problems.Add($"CaFile is '{CaFile}', which cannot be read: {failure.Message}");
        }

        problems.AddRange(PinProblems());
        return problems;
    }

    /// <summary>One sentence for each pin that is none.</summary>
    public IReadOnlyList<string> PinProblems()
    {
        var problems = new List<string>();
        Span<byte> hash = stackalloc byte[PinBytes];
        foreach (var pin in Pins)
            if (!Convert.TryFromBase64String(pin, hash, out var length) || length != PinBytes)
                problems.Add($"Pins holds '{pin}', which is not the Base64 of a SHA-256 (44 characters).");
        return problems;
    }

    internal SslClientAuthenticationOptions ToOptions()
    {
        var options = new SslClientAuthenticationOptions
        {
            // The newest that both know is taken. Written out because some systems still offer older ones by default.
            EnabledSslProtocols = RequireTls13 ? SslProtocols.Tls13 : SslProtocols.Tls13 | SslProtocols.Tls12,
        };
        if (CaFile is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(Authorities(CaFile));
        }

        if (Pins.Count > 0)
            options.RemoteCertificateValidationCallback = (_, _, chain, errors) => errors == SslPolicyErrors.None && chain is not null && HoldsPin(chain);
        return options;
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities;
    }

    private bool HoldsPin(X509Chain chain)
    {
        foreach (var element in chain.ChainElements)
        {
            var hash = Convert.ToBase64String(SHA256.HashData(element.Certificate.PublicKey.ExportSubjectPublicKeyInfo()));
            foreach (var pin in Pins)
                if (string.Equals(pin, hash, StringComparison.Ordinal))
                    return true;
        }

        return false;
    }
}
