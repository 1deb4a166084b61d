namespace EdgeDb.Core.Security;

/// <summary>What a data key is for. Each purpose has keys of its own, so that each is rotated by itself and a leaked one opens nothing else.</summary>
internal enum KeyPurpose
{
    /// <summary>What others gave us to keep: feed addresses, TOTP secrets, credentials of upstream servers.</summary>
    Secret,

    /// <summary>What others trust us by: private keys of the local CA and of signed tokens.</summary>
    PrivateKey,
}
