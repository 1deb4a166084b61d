namespace EdgeDb.Core.OpenId;

/// <summary>Why a sign-in with the provider came to nothing.</summary>
internal enum OpenIdFailure
{
    /// <summary>The person, or the provider for them, said no.</summary>
    Denied,

    /// <summary>The browser did not begin it, began it too long ago, or comes with it a second time.</summary>
    NotBegun,

    /// <summary>The provider does not answer, or not as one.</summary>
    Away,

    /// <summary>What came in the provider's name does not prove who it is.</summary>
    Unproven,

    /// <summary>It would, if the clocks of the two agreed.</summary>
    Clock,
}
