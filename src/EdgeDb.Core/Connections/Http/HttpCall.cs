namespace EdgeDb.Core.Connections;

/// <summary>One request and its bounds.</summary>
internal sealed record HttpCall
{
    /// <summary>Default GET.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>Absolute, or relative to the address of an <see cref="HttpConnection"/>.</summary>
    public required Uri Uri { get; init; }

    /// <summary>Sent with the request and after redirects.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>A header that proves who asks. Sent to the origin of <see cref="Uri"/> only, not to where that redirects.</summary>
    public (string Name, string Value)? Credential { get; init; }

    /// <summary>Body. Default: none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Of <see cref="Body"/>.</summary>
    public string BodyType { get; init; } = "application/json";

    /// <summary>For all of it: the wait for a connection, redirects and the body of the answer. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest body of an answer, decompressed, in bytes. Default 8 MB.</summary>
    public int MaxAnswerBytes { get; init; } = 8 << 20;

    /// <summary>Redirects followed, for GET only; null returns the redirect as the answer. Default null.</summary>
    public int? MaxRedirects { get; init; }

    /// <summary>Reads the body of an answer that is no success too, up to 64 KB, because it explains the failure. Default false.</summary>
    public bool ReadsFailures { get; init; }

    /// <summary>Where it may go, by itself and by redirects. Default: anywhere.</summary>
    public HttpReach Reach { get; init; } = HttpReach.Anywhere;

    /// <summary>Whose certificate is believed.</summary>
    public TlsTrust Trust { get; init; } = TlsTrust.System;
}
