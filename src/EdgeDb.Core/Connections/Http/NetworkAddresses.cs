using System.Net;
using System.Net.Sockets;

namespace EdgeDb.Core.Connections;

/// <summary>What kind of network an address belongs to. The ranges are those of IANA's registries of special-purpose addresses (RFC 6890).</summary>
internal static class NetworkAddresses
{
    private static readonly IPNetwork[] NotPublic4 =
    [
        .. Of(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // Of global unicast: protocol assignments with Teredo, documentation, 6to4, which wraps any address of IPv4, and SRv6.
    private static readonly IPNetwork[] NotPublic6 = [.. Of("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")];

    // A network without IPv4 reaches its servers by these (RFC 6052).
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>True when anybody on the internet reaches the same machine by it: no loopback, home, link-local, multicast or otherwise special address.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !Array.Exists(NotPublic4, network => network.Contains(address));
        if (Translated.Contains(address))
            return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        return GlobalUnicast.Contains(address) && !Array.Exists(NotPublic6, network => network.Contains(address));
    }

    private static IEnumerable<IPNetwork> Of(params string[] networks) => networks.Select(IPNetwork.Parse);
}
