namespace EdgeDb.Core.Access;

/// <summary>Who acts. One object for as long as nothing about them changes, so that a request needs no more than a reference to it.</summary>
public sealed class Principal
{
    /// <summary>Somebody who signed in, a paired device, or a program.</summary>
    /// <param name="role">Role.</param>
    /// <param name="accountId">Account; null for devices, and for the console.</param>
    /// <param name="memberId">The member who it is; null without one.</param>
    /// <param name="credentialId">The session, device or token by which they came; empty for the console.</param>
    /// <param name="name">As the audit log and the page call them.</param>
    /// <param name="scopes">What a token is narrowed down to; null: everything that the role has.</param>
    public Principal(Role role, string? accountId, string? memberId, string credentialId, string name, AccessRights? scopes = null)
        : this(role, accountId, memberId, credentialId, name, scopes, Sight.Of(role, memberId))
    {
    }

    private Principal(Role role, string? accountId, string? memberId, string credentialId, string name, AccessRights? scopes, Sight sight)
    {
        Role = role;
        AccountId = accountId;
        MemberId = memberId;
        CredentialId = credentialId;
        Name = name;
        Sight = sight;
        Rights = AccessPolicy.Rights(role);
        OwnRights = AccessPolicy.OwnRights(role);
        if (scopes is not { } narrowed)
            return;
        Rights &= narrowed;
        OwnRights &= narrowed;
    }

    /// <summary>Everybody, while the household has no accounts.</summary>
    public static Principal Anybody { get; } = new(Role.Owner, null, null, "", "anybody", null, Sight.Everything);

    /// <summary>Whoever can read the data folder.</summary>
    public static Principal Console { get; } = new(Role.Owner, null, null, "", "console", null, Sight.Everything);

    /// <summary>Role.</summary>
    public Role Role { get; }

    /// <summary>Account; null for devices, and for the console.</summary>
    public string? AccountId { get; }

    /// <summary>The member who it is; null without one.</summary>
    public string? MemberId { get; }

    /// <summary>The session, device or token by which they came; empty for the console.</summary>
    public string CredentialId { get; }

    /// <summary>As the audit log and the page call them.</summary>
    public string Name { get; }

    /// <summary>What they may do with everything they see.</summary>
    public AccessRights Rights { get; }

    /// <summary>What they may do with their own only.</summary>
    public AccessRights OwnRights { get; }

    /// <summary>What they see.</summary>
    public Sight Sight { get; }

    /// <summary>How far a right of theirs reaches.</summary>
    public AccessExtent Extent(AccessDomain domain, AccessVerb verb) =>
        Rights.Contains(domain, verb) ? AccessExtent.All : OwnRights.Contains(domain, verb) ? AccessExtent.Own : AccessExtent.None;
}
