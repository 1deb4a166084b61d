using System.Net;
using System.Net.Sockets;
using EdgeDb.Core.Settings;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>
/// Finds mistyped hosts before the service starts for the first time. Later a name that the network does not know is most likely that of a machine that is
/// switched off: routers forget those, and a calendar must not wait for them after a power cut.
/// </summary>
internal static class UpstreamHosts
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>Adds one sentence for each host that does not exist, when there is no database yet.</summary>
    public static async Task CheckAsync(EdgeDbOptions options, SettingValues values, TimeProvider time, List<string> problems)
    {
        if (File.Exists(options.DatabasePath))
            return;
        var hosts = options.Upstream.Hosts().Where(static h => !IPAddress.TryParse(h.Host.Trim('[', ']'), out _)).ToList();
        var exist = await Task.WhenAll(hosts.Select(h => ExistsAsync(h.Host, time)));
        for (var i = 0; i < hosts.Count; i++)
            if (exist[i] == false)
                problems.Add($"{values[hosts[i].Setting].Input.Spelled}: there is no host '{hosts[i].Host}'.");
    }

    /// <summary>Null when nobody could say.</summary>
    private static async Task<bool?> ExistsAsync(string host, TimeProvider time)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            return (await Dns.GetHostAddressesAsync(host, limit.Token)).Length > 0;
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return false;
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            return null;
        }
    }
}
