using EdgeDb.Core.Connections;

namespace EdgeDb.Core.OpenId;

/// <summary>A provider of OpenID Connect that the household runs or trusts, and what this service is to it.</summary>
internal sealed record OpenIdSettings
{
    /// <summary>Where the provider is: its issuer, with or without the slash at its end. https, or http on this machine.</summary>
    public required string Issuer { get; init; }

    /// <summary>What the provider calls this service.</summary>
    public required string ClientId { get; init; }

    /// <summary>Null for a public client, which PKCE alone protects.</summary>
    public Secret? ClientSecret { get; init; }

    /// <summary>What people call it; stands on the button. 1 to 50 characters.</summary>
    public string Name { get; init; } = "OpenID";

    /// <summary>Where browsers come back to, when that is not the address they began at: behind a proxy that speaks https. Null for none.</summary>
    public Uri? Service { get; init; }

    /// <summary>Whose certificate is believed.</summary>
    public TlsTrust Trust { get; init; } = TlsTrust.System;

    /// <summary>For one request to it. Default 10 s, range 10 ms to 1 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How links name the provider: without the slash, which owners write or leave out as their provider's documentation does, and which must not make the household's
    /// links those of another provider.
    /// </summary>
    public string Key => Issuer.TrimEnd('/');

    /// <summary>One sentence for each thing that is wrong, naming the setting. No secrets.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (!Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer) || !IsTrustworthy(issuer))
            problems.Add("Issuer is no https:// address; http:// is for a provider on this machine, as anybody in between could say who signs in.");
        if (ClientId.Length is 0 or > 255 || ClientId.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            problems.Add("ClientId is needed in front of the @: what the provider calls this service, 1 to 255 characters of ASCII.");
        if (Name.Length is 0 or > 50 || Name.Any(static c => char.IsControl(c) || char.IsSurrogate(c)))
            problems.Add("Name is what people call the provider, in 1 to 50 characters.");
        if (Service is not null && (Service.PathAndQuery != "/" || Service.Fragment.Length > 0 || Service.UserInfo.Length > 0))
            problems.Add("Service is the address of this service without a path, such as https://board.example.org.");
        problems.AddRange(Trust.Problems());
        new OptionRanges(null, problems).Check(nameof(Timeout), Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        return problems;
    }

    /// <summary>True where nobody in between can read or change what is said.</summary>
    internal static bool IsTrustworthy(Uri address) =>
        address.Host.Length > 0 && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    /// <summary>The host; nothing that may be secret.</summary>
    public override string ToString() => Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer) ? issuer.Authority : "(no address)";
}
