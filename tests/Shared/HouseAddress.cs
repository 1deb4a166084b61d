using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace EdgeDb.Tests;

/// <summary>The address by which the house reaches this machine. Whoever comes by it has it as their own address too, and is no program of the machine to the service.</summary>
internal static class HouseAddress
{
    public static IPAddress Own { get; } = NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(static network => network.GetIPProperties().UnicastAddresses).Select(static unicast => unicast.Address)
        .First(static address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
}
