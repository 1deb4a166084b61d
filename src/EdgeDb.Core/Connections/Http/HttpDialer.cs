using System.Net;
using System.Net.Sockets;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Connects to a name by "Happy Eyeballs" (RFC 8305, without its history of addresses): the addresses alternate between IPv6 and IPv4, and each
/// gets a head start of 250 ms before the next is tried beside it. .NET 10 tries one after the other, and on a home network whose IPv6
/// leads nowhere that spends the whole time on the first.
/// </summary>
internal static class HttpDialer
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Throws <see cref="SocketException"/>: of the name, or of the last address that failed; and <see cref="AddressRefusedException"/>. The addresses that are looked at
    /// are those that are dialled, so a name that says something else when asked again (DNS rebinding) gains nothing.
    /// </summary>
    public static async Task<Socket> ConnectAsync(DnsEndPoint endpoint, HttpReach reach, TimeProvider time, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(endpoint.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(endpoint.Host, ct).ConfigureAwait(false);
        if (reach == HttpReach.Internet)
        {
            var house = LocalNetworks.OfMachine();
            addresses = Array.FindAll(addresses, address => NetworkAddresses.IsPublic(address) && !LocalNetworks.Include(house, address));
            if (addresses.Length == 0)
                throw new AddressRefusedException(endpoint.Host);
        }

        return await RaceAsync(Alternate(addresses), (address, token) => DialAsync(new IPEndPoint(address, endpoint.Port), token), time, ct).ConfigureAwait(false);
    }

    /// <summary>The first socket that connects; the others are closed whenever they do.</summary>
    internal static async Task<Socket> RaceAsync(
        IReadOnlyList<IPAddress> addresses, Func<IPAddress, CancellationToken, Task<Socket>> dial, TimeProvider time, CancellationToken ct)
    {
        if (addresses.Count == 0)
            throw new SocketException((int)SocketError.NoData);
        var dials = new List<Task<Socket>>(addresses.Count);
        var next = 0;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            while (true)
            {
                if (next < addresses.Count)
                    dials.Add(dial(addresses[next++], ended.Token));
                Task first = Task.WhenAny(dials);
                if (next < addresses.Count)
                    first = await Task.WhenAny(first, Task.Delay(HeadStart, time, ended.Token)).ConfigureAwait(false);
                else
                    await first.ConfigureAwait(false);
                if (dials.Find(static d => d.IsCompletedSuccessfully) is { } connected)
                {
                    dials.Remove(connected);
                    return await connected.ConfigureAwait(false);
                }

                ct.ThrowIfCancellationRequested();
                var failed = dials.Find(static d => d.IsCompleted);
                dials.RemoveAll(static d => d.IsCompleted);
                if (failed is not null && dials.Count == 0 && next == addresses.Count)
                    await failed.ConfigureAwait(false);
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            foreach (var loser in dials)
                _ = CloseAsync(loser);
        }
    }

    /// <summary>The order of the system, which RFC 6724 sorts by preference, with the families taking turns.</summary>
    internal static IReadOnlyList<IPAddress> Alternate(IReadOnlyList<IPAddress> addresses)
    {
        var other = new Queue<IPAddress>(addresses.Where(a => a.AddressFamily != addresses[0].AddressFamily));
        var ordered = new List<IPAddress>(addresses.Count);
        foreach (var address in addresses.Where(a => a.AddressFamily == addresses[0].AddressFamily))
        {
            ordered.Add(address);
            if (other.TryDequeue(out var turn))
                ordered.Add(turn);
        }

        ordered.AddRange(other);
        return ordered;
    }

    private static async Task<Socket> DialAsync(IPEndPoint endpoint, CancellationToken ct)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, ct).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task CloseAsync(Task<Socket> loser)
    {
        try
        {
            (await loser.ConfigureAwait(false)).Dispose();
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            // It lost anyway.
        }
    }
}
