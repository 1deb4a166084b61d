using System.Runtime.InteropServices;
using EdgeDb.Core.Settings;

namespace EdgeDb.Hosting;

/// <summary>
/// Who asks, for the roll-out of features: the address and the browser. The same in every request of one device, over connections and restarts, so that nobody has a
/// feature in one moment and not in the next; behind a proxy, devices with the same browser are one. It is a number for dividing, no proof of anything.
/// </summary>
internal static class RequestIdentity
{
    public static ulong Of(HttpContext context)
    {
        Span<byte> address = stackalloc byte[16];
        var length = 0;
        context.Connection.RemoteIpAddress?.TryWriteBytes(address, out length);
        var browser = context.Request.Headers.UserAgent.ToString();
        return FeatureFlags.IdentityOf(MemoryMarshal.AsBytes(browser.AsSpan()), FeatureFlags.IdentityOf(address[..length]));
    }
}
