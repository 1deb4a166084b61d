namespace EdgeDb.Core.Connections;

/// <summary>How a known endpoint is reached over HTTP.</summary>
internal sealed record HttpSettings
{
    private const string Form = "it has the form https://HOST[:PORT][/PATH/], or http://";

    /// <summary>Where its paths begin. Required.</summary>
    public required string Address { get; init; }

    /// <summary>Whose certificate is believed. Default: the authorities of the system.</summary>
    public TlsTrust Trust { get; init; } = TlsTrust.System;

    /// <summary>
    /// A path below <see cref="Address"/> that answers 2xx while the endpoint is well. Asked before the first use and after a long pause. Default: HEAD of
    /// the address, where every status is good but 429 and 5xx.
    /// </summary>
    public string? HealthPath { get; init; }

    /// <summary>For one call, redirects and the answer included. Default 10 s, range 10 ms to 10 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A header that proves who asks, for example <c>("api-key", …)</c>. Default: none.</summary>
    public (string Name, Secret Value)? Credential { get; init; }

    internal Uri Base => new(Address.EndsWith('/') ? Address : Address + "/");

    /// <summary>One sentence for each thing that is wrong, naming the setting, its value and what it may be. No secrets.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        // The address may hold a password all the same, so it is not repeated.
        if (!Uri.TryCreate(Address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            problems.Add($"Address is no address of a server; {Form}.");
        else if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            problems.Add($"Address has a user, a query or a fragment; {Form}.");
        else if (uri.Scheme == "http" && Trust.IsParticular)
            problems.Add("Trust says whose certificate is believed, but Address is http://, so nothing would be verified.");
        problems.AddRange(Trust.Problems());
        if (HealthPath is not null && !Uri.TryCreate(HealthPath, UriKind.Relative, out _))
            problems.Add($"HealthPath is '{HealthPath}', which is no relative path.");
        new OptionRanges(null, problems).Check(nameof(Timeout), Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        if (Credential is { } credential && (credential.Name.Length == 0 || credential.Value.IsEmpty || credential.Value.Value.AsSpan().ContainsAnyExceptInRange(' ', '~')))
            problems.Add("Credential is empty or holds characters that a header cannot (it may hold those from space to ~).");
        return problems;
    }

    /// <summary>The address without what may be secret.</summary>
    public override string ToString() => Uri.TryCreate(Address, UriKind.Absolute, out var uri) ? $"{uri.Scheme}://{uri.Host}:{uri.Port}" : "(no address)";
}
