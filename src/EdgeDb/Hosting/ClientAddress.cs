using System.Net;
using System.Net.Sockets;

namespace EdgeDb.Hosting;

/// <summary>Who a device is to limits: its address, or its network of IPv6, in which it can have any number of addresses.</summary>
internal static class ClientAddress
{
    private const int NetworkBytes = 8;

    /// <summary>Null for programs of this machine: whoever runs there can read the data folder and stop the service as well, so there are no limits for them, and plain http is safe.</summary>
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
