using System.Net;
using System.Net.Sockets;

namespace EdgeDb.Core.Certificates;

/// <summary>What is at home: names that nobody outside can be given, and addresses that lead nowhere on the internet.</summary>
internal static class HomeNetwork
{
    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("::1/128"),
    ];

    /// <summary>Never delegated on the internet: RFC 6762, RFC 8375, and what ICANN reserved or routers use.</summary>
    public static IReadOnlyList<string> Domains { get; } = ["local", "home.arpa", "lan", "internal", "fritz.box"];

    /// <summary>Private, link-local and loopback networks (RFC 1918, 3927, 4193, 4291).</summary>
    public static IReadOnlyList<IPNetwork> Networks => Private;

    /// <summary>Whether a name without its last dot is below one of <see cref="Domains"/>.</summary>
    public static bool HasDomain(string name)
    {
        foreach (var domain in Domains)
            if (name.Length > domain.Length && IsWithin(name, domain))
                return true;
        return false;
    }

    /// <summary>Whether a name is a domain or below it, as name constraints count it.</summary>
    public static bool IsWithin(string name, string domain) =>
        name.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && (name.Length == domain.Length || name[^(domain.Length + 1)] == '.');

    /// <summary>Whether an address is in one of <see cref="Networks"/>; one of IPv4 in IPv6's clothes counts as what it is.</summary>
    public static bool Includes(IPAddress address)
    {
        address = Plain(address);
        foreach (var network in Private)
            if (network.Contains(address))
                return true;
        return false;
    }

    /// <summary>The address without scope and without IPv6's form for those of IPv4, so that equal ones compare equal.</summary>
    public static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;
    }
}
