using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace EdgeDb.Core.Connections;

/// <summary>
/// The networks that this machine is in. In a home with IPv6 every device has an address that the whole internet may know, and often a router that lets nobody in: the printer next to the board
/// is then no private address, and still only the house's.
/// </summary>
internal static class LocalNetworks
{
    // A link has a /64 (RFC 7421) also where an address of it was given without saying so.
    private const int LinkPrefix6 = 64;

    /// <summary>Addresses of the interfaces, with the bits that they share with their network. Empty where the system does not tell (a sandbox without AF_NETLINK).</summary>
    public static IReadOnlyList<(IPAddress Address, int PrefixLength)> OfMachine()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces().SelectMany(static link => link.GetIPProperties().UnicastAddresses)
                    .Select(static unicast => (unicast.Address, unicast.PrefixLength)),
            ];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }

    /// <summary>True for an address in one of the networks.</summary>
    public static bool Include(IReadOnlyList<(IPAddress Address, int PrefixLength)> networks, IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (var (own, length) in networks)
            if (own.AddressFamily == address.AddressFamily && SharePrefix(own, address, own.AddressFamily == AddressFamily.InterNetworkV6 ? Math.Min(length, LinkPrefix6) : length))
                return true;
        return false;
    }

    private static bool SharePrefix(IPAddress left, IPAddress right, int bits)
    {
        Span<byte> a = stackalloc byte[16], b = stackalloc byte[16];
        left.TryWriteBytes(a, out var size);
        right.TryWriteBytes(b, out _);
        var (whole, rest) = (Math.Min(bits, size * 8) / 8, Math.Min(bits, size * 8) % 8);
        return a[..whole].SequenceEqual(b[..whole]) && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
    }
}
