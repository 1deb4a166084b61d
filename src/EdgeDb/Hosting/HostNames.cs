using System.Collections.Frozen;
using System.Net;
using EdgeDb.Core.Certificates;

namespace EdgeDb.Hosting;

/// <summary>
/// The names this service answers to. A page of another site can have its own name point to an address at home (DNS rebinding)
/// and is then the same origin to the browser; but the browser still says that name, and nobody outside can make one of these point here.
/// </summary>
/// <param name="given">Names given by <c>--host</c>.</param>
internal sealed class HostNames(IEnumerable<string> given)
{
    private readonly FrozenSet<string> _names =
        given.Append(Dns.GetHostName()).Select(static n => n.TrimEnd('.')).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <param name="host">A Host header without its port; empty when an HTTP/1.0 program sent none, which no browser does.</param>
    public bool Includes(string host)
    {
        var name = host.EndsWith('.') ? host[..^1] : host;
        return !name.Contains('.', StringComparison.Ordinal)
            || IPAddress.TryParse(name, out _)
            || _names.Contains(name)
            || HomeNetwork.HasDomain(name);
    }
}
