using System.Net;
using System.Net.Sockets;

namespace EdgeDb.Tests;

/// <summary>For programs that cannot take a free port by themselves. Somebody else may take it before they do.</summary>
internal static class LoopbackPort
{
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
