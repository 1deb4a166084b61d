using System.Formats.Asn1;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeDb.Core.Certificates;

/// <summary>
/// For what an authority may sign (RFC 5280, section 4.2.1.10): some domains with all below them, and the addresses of <see cref="HomeNetwork"/>. Whoever steals its
/// key can then pose as a machine at home, but not as a bank.
/// </summary>
internal sealed class NameConstraints
{
    private const string Identifier = "2.5.29.30";

    private static readonly Asn1Tag Permitted = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag DnsName = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Address = new(TagClass.ContextSpecific, 7);

    /// <param name="domains">Without a leading dot.</param>
    public NameConstraints(IEnumerable<string> domains) => Domains = [.. domains.Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Each stands for itself and what is below it.</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>Those in an authority's certificate. Throws <see cref="CryptographicException"/> when it has none.</summary>
    public static NameConstraints Of(X509Certificate2 authority)
    {
        var extension = authority.Extensions[Identifier] ?? throw new CryptographicException("The certificate has no name constraints.");
        try
        {
            var domains = new List<string>();
            var subtrees = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence().ReadSequence(Permitted);
            while (subtrees.HasData)
            {
                var subtree = subtrees.ReadSequence();
                if (subtree.PeekTag() == DnsName)
                    domains.Add(subtree.ReadCharacterString(UniversalTagNumber.IA5String, DnsName));
            }

            return new(domains);
        }
        catch (AsnContentException failure)
        {
            throw new CryptographicException("The name constraints of the certificate cannot be read.", failure);
        }
    }

    public bool Permits(string name) => Domains.Any(domain => HomeNetwork.IsWithin(name, domain));

    public static bool Permits(IPAddress address) => HomeNetwork.Includes(address);

    public X509Extension ToExtension()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(Permitted))
        {
            foreach (var domain in Domains)
                using (writer.PushSequence())
                    writer.WriteCharacterString(UniversalTagNumber.IA5String, domain, DnsName);
            foreach (var network in HomeNetwork.Networks)
                using (writer.PushSequence())
                    writer.WriteOctetString([.. network.BaseAddress.GetAddressBytes(), .. Mask(network)], Address);
        }

        return new X509Extension(Identifier, writer.Encode(), critical: true);
    }

    private static byte[] Mask(IPNetwork network)
    {
        var mask = new byte[network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 4 : 16];
        for (var bit = 0; bit < network.PrefixLength; bit++)
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return mask;
    }
}
