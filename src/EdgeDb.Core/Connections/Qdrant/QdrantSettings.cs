namespace EdgeDb.Core.Connections;

/// <summary>How a Qdrant server is reached over its REST API (port 6333 by default; the gRPC port 6334 is another).</summary>
internal sealed record QdrantSettings
{
    /// <summary>For example <c>https://qdrant.home:6333</c>. Required.</summary>
    public required string Address { get; init; }

    /// <summary>Sent as the header "api-key". Default: none is sent.</summary>
    public Secret? ApiKey { get; init; }

    /// <summary>Whose certificate is believed. Default: the authorities of the system.</summary>
    public TlsTrust Trust { get; init; } = TlsTrust.System;

    /// <summary>For one call. Default 5 s, range 10 ms to 10 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    internal HttpSettings ToHttp() => new()
    {
        Address = Address,
        Trust = Trust,
        Timeout = Timeout,
        Credential = ApiKey is null ? null : ("api-key", ApiKey),
    };

    /// <summary>The address; never the key.</summary>
    public override string ToString() => ToHttp().ToString();
}
