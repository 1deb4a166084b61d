using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace EdgeDb.Hosting;

/// <summary>
/// How many connections one device may have open: all of them together are bounded, so a device that opens and holds them (slowloris) would keep everybody else out.
/// </summary>
internal sealed class ClientConnections(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _open = [];

    /// <summary>In front of everything else that is done for a connection, also of the handshake.</summary>
    public ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        var client = ClientAddress.Of((connection.RemoteEndPoint as IPEndPoint)?.Address);
        if (client is not null && !TryEnter(client))
        {
            connection.Abort(new ConnectionAbortedException($"{client} has {most} connections open already."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            if (client is not null)
                Leave(client);
        }
    };

    internal bool TryEnter(IPAddress client)
    {
        lock (_gate)
        {
            ref var open = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, client, out _);
            if (open >= most)
                return false;
            open++;
            return true;
        }
    }

    internal void Leave(IPAddress client)
    {
        lock (_gate)
            if (--CollectionsMarshal.GetValueRefOrNullRef(_open, client) == 0)
                _open.Remove(client);
    }
}
