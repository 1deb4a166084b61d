using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeDb.Core.Security;

namespace EdgeDb.Core.OpenId;

/// <summary>
/// Seals sign-ins under way into the browsers that began them, so that strangers who begin thousands cost no memory. With a key of this process: a restart ends them. Ten minutes,
/// and once.
/// </summary>
internal sealed class OpenIdFlows(Func<long> now)
{
    /// <summary>How long somebody may take at the provider.</summary>
    public const long LifetimeSeconds = 600;

    /// <summary>Used ones that are remembered. One that is forgotten before its time has a code that the provider has taken already.</summary>
    internal const int Most = 256;

    private const string Place = "oidc.flow";
    private const char Separator = '\n';

    private readonly Lock _gate = new();
    private readonly Queue<string> _used = new();

    // Made with the first: no start needs the cryptographic library.
    private readonly Lazy<byte[]> _key = new(static () => RandomNumberGenerator.GetBytes(Seal.KeyBytes));

    /// <summary>Begins one. The texts must be free of control characters.</summary>
    public OpenIdFlow Begin(string returnTo, string page, string session, string links) => new(Random(), Random(), Random(), returnTo, page, session, links, now());

    /// <summary>For the browser's cookie: text that it can neither read nor change.</summary>
    public string Close(OpenIdFlow flow) => Base64Url.EncodeToString(Seal.Close(_key.Value, 0, Place, Encoding.UTF8.GetBytes(string.Join(
        Separator, flow.State, flow.Nonce, flow.Verifier, flow.ReturnTo, flow.Page, flow.Session, flow.Links, flow.BegunAt.ToString(CultureInfo.InvariantCulture)))));

    /// <summary>The one that a browser comes back with. Throws <see cref="OpenIdException"/> when it began none, took too long, or has come back with it before.</summary>
    /// <param name="cookie">What the browser has.</param>
    /// <param name="state">What the address says.</param>
    public OpenIdFlow Take(string cookie, string? state)
    {
        if (Open(cookie) is not { } flow || state is null
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(flow.State)))
            throw new OpenIdException(OpenIdFailure.NotBegun, "A browser came back from the provider that had not begun to sign in.");
        if (now() - flow.BegunAt is < 0 or >= LifetimeSeconds)
            throw new OpenIdException(OpenIdFailure.NotBegun, "A sign-in took longer than ten minutes at the provider.");
        lock (_gate)
        {
            if (_used.Contains(flow.State))
                throw new OpenIdException(OpenIdFailure.NotBegun, "A browser came back from the provider a second time with the same answer.");
            if (_used.Count >= Most)
                _used.Dequeue();
            _used.Enqueue(flow.State);
        }

        return flow;
    }

    private OpenIdFlow? Open(string cookie)
    {
        if (cookie.Length is 0 or > 4096 || !Base64Url.IsValid(cookie) || Seal.TryOpen(_key.Value, Place, Base64Url.DecodeFromChars(cookie)) is not { } plain)
            return null;
        var parts = Encoding.UTF8.GetString(plain).Split(Separator);
        return new(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], long.Parse(parts[7], CultureInfo.InvariantCulture));
    }

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
