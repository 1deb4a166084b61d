using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeDb.Core.Certificates;

/// <summary>Under what a machine is reached: what its certificate is made out to.</summary>
internal sealed record ServerNames(IReadOnlyList<string> Names, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>A machine with more is no board at home, and each costs every handshake its bytes.</summary>
    private const int MostAddresses = 32;

    private static readonly IdnMapping Ascii = new();

    /// <summary>This machine's name, as it is and in every domain of home networks, the names it was given, and the private addresses of its interfaces that are up.</summary>
    /// <param name="given">Names that settings add.</param>
    public static ServerNames OfMachine(IReadOnlyList<string> given)
    {
        var addresses = new List<IPAddress>();
        try
        {
            foreach (var link in NetworkInterface.GetAllNetworkInterfaces())
            {
                if (link.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
                    continue;
                foreach (var unicast in link.GetIPProperties().UnicastAddresses)
                    // One of the link alone needs its scope in the address, which no browser takes.
                    if (!unicast.Address.IsIPv6LinkLocal && HomeNetwork.Includes(unicast.Address))
                        addresses.Add(HomeNetwork.Plain(unicast.Address));
            }
        }
        catch (NetworkInformationException)
        {
            // A sandbox without AF_NETLINK. The address at which somebody arrives is known all the same.
        }

        return Of(Dns.GetHostName(), given, addresses);
    }

    /// <summary>The same for a machine called <paramref name="host"/>.</summary>
    public static ServerNames Of(string host, IReadOnlyList<string> given, IEnumerable<IPAddress> addresses)
    {
        host = host.TrimEnd('.');
        var label = host.Split('.')[0];
        IEnumerable<string> names = ["localhost", host, label, .. HomeNetwork.Domains.Select(domain => $"{label}.{domain}"), .. given.Select(static name => name.TrimEnd('.'))];
        return new(
            [.. names.Where(static name => Uri.CheckHostName(name) == UriHostNameType.Dns).Select(static name => Ascii.GetAscii(name).ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
            [.. addresses.Prepend(IPAddress.IPv6Loopback).Prepend(IPAddress.Loopback).Distinct().Take(MostAddresses)]);
    }

    /// <summary>Those of a certificate.</summary>
    public static ServerNames Of(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions)
            if (extension is X509SubjectAlternativeNameExtension names)
                return new([.. names.EnumerateDnsNames()], [.. names.EnumerateIPAddresses()]);
        throw new CryptographicException("The certificate names no server.");
    }

    /// <summary>With an address at which it was reached, which no interface has listed yet.</summary>
    public ServerNames With(IPAddress? address) =>
        address is null || Addresses.Contains(address) ? this : this with { Addresses = [.. Addresses.Prepend(address).Take(MostAddresses)] };

    /// <summary>Without what an authority may not sign.</summary>
    public ServerNames Within(NameConstraints constraints) =>
        new([.. Names.Where(constraints.Permits)], [.. Addresses.Where(NameConstraints.Permits)]);

    /// <summary>Whether both are made out to the same; the order does not count.</summary>
    public bool SameAs(ServerNames other) =>
        Names.ToHashSet(StringComparer.Ordinal).SetEquals(other.Names) && Addresses.ToHashSet().SetEquals(other.Addresses);

    public X509Extension ToExtension()
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in Names)
            builder.AddDnsName(name);
        foreach (var address in Addresses)
            builder.AddIpAddress(address);
        return builder.Build();
    }
}
