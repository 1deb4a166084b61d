using System.Globalization;
using System.Net;
using EdgeDb.Api;
using EdgeDb.Core.Access;

namespace EdgeDb.Hosting;

/// <summary>
/// How often one device, and one account, may ask. A page asks some dozens of times when it is opened; what asks hundreds of times a second is broken or hostile. Signing in has limits of
/// its own.
/// </summary>
internal sealed class RequestRates(TimeProvider time)
{
    private const int Burst = 400;
    private const int MaxKeys = 1024;

    private static readonly TimeSpan Refill = TimeSpan.FromMilliseconds(20);

    private readonly TokenBuckets<IPAddress> _devices = new(Burst, Refill, MaxKeys, time);
    private readonly TokenBuckets<string> _accounts = new(Burst, Refill, MaxKeys, time);

    /// <summary>Throws the problem that is to be answered when a device asks too often. False for programs of this machine, which have no limits.</summary>
    public bool Admit(HttpContext context)
    {
        if (ClientAddress.Of(context.Connection.RemoteIpAddress) is not { } device)
            return false;
        return _devices.TryTake(device, out var wait) ? true : throw TooOften(wait);
    }

    /// <summary>The same for an account or a token, from however many devices.</summary>
    public void Admit(Principal principal)
    {
        if ((principal.AccountId ?? principal.CredentialId) is { Length: > 0 } account && !_accounts.TryTake(account, out var wait))
            throw TooOften(wait);
    }

    private static ProblemException TooOften(TimeSpan wait) => new(
        429, "too-often", "Too many requests", string.Create(CultureInfo.InvariantCulture, $"{1 / Refill.TotalSeconds:0} requests a second are answered, and {Burst} at once."))
        { RetryAfter = wait };
}
