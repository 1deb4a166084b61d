using System.Net;
using System.Net.Sockets;

namespace EdgeDb.Hosting;

/// <summary>Who a device is to limits: its address, or its network of IPv6, in which it can have any number of addresses.</summary>
internal static class ClientAddress
{
    private const int NetworkBytes = 8;

    /// <summary>Null for programs of this machine, which have no limits: whoever runs there can stop the service as well.</summary>
    public static IPAddress? Of(IPAddress? remote)
    {
        if (remote is { IsIPv4MappedToIPv6: true })
            remote = remote.MapToIPv4();
        if (remote is null || IPAddress.IsLoopback(remote))
            return null;
        if (remote.AddressFamily != AddressFamily.InterNetworkV6)
            return remote;
        Span<byte> bytes = stackalloc byte[16];
        remote.TryWriteBytes(bytes, out _);
        bytes[NetworkBytes..].Clear();
        return new IPAddress(bytes);
    }
}
