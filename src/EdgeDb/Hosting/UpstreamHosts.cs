using System.Net;
using System.Net.Sockets;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>
/// Finds mistyped hosts before the service starts. A name that the network does not know is a mistake; one that it cannot look up just now is not, and
/// neither is one that has been found before: after a power cut the calendar is up before the machine that the name belongs to.
/// </summary>
internal static class UpstreamHosts
{
    private const string KnownFile = "known-hosts";
    private const int KnownMost = 64;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>Adds one sentence for each host that does not exist.</summary>
    public static async Task CheckAsync(UpstreamOptions options, string dataFolder, TimeProvider time, List<string> problems)
    {
        var hosts = options.Hosts().Where(static h => !IPAddress.TryParse(h.Host.Trim('[', ']'), out _)).ToList();
        if (hosts.Count == 0)
            return;
        var file = Path.Combine(dataFolder, KnownFile);
        var known = File.Exists(file) ? await File.ReadAllLinesAsync(file) : [];
        var found = new List<string>(known);
        foreach (var (option, host) in hosts)
        {
            switch (await ExistsAsync(host, time))
            {
                case true when !found.Contains(host):
                    found.Add(host);
                    break;
                case false when !known.Contains(host):
                    problems.Add($"--{option}: there is no host '{host}'.");
                    break;
            }
        }

        if (problems.Count == 0 && found.Count > known.Length)
        {
            Directory.CreateDirectory(dataFolder);
            await File.WriteAllLinesAsync(file, found.TakeLast(KnownMost));
        }
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
