namespace EdgeDb.Options;

/// <summary>Whether https is served.</summary>
internal enum TlsMode
{
    /// <summary>Where other machines can reach the service.</summary>
    Auto,

    /// <summary>Always.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}
