using EdgeDb.Core.Access;

namespace EdgeDb.Core.Audit;

/// <summary>Who did something.</summary>
/// <param name="Name">In the clear: <c>service</c>, <c>console</c>, <c>anybody</c>, <c>account</c>, <c>device</c> or <c>token</c>.</param>
/// <param name="Owner">The account whose key seals <paramref name="Who"/>; null where that names no person.</param>
/// <param name="Who">Name, credential and address; null where <paramref name="Name"/> says it all.</param>
internal readonly record struct AuditActor(string Name, string? Owner = null, string? Who = null)
{
    public static AuditActor Service => new("service");

    public static AuditActor Console => new("console");

    public static AuditActor Anybody => new("anybody");

    /// <summary>An account.</summary>
    public static AuditActor Account(string id, string name, string where) => new("account", id, Join(name, id, where));

    /// <summary>Somebody whose account is not known, or not to be told.</summary>
    public static AuditActor Somebody(string where) => new("anybody", null, where.Length == 0 ? null : where);

    /// <summary>Who sends a request.</summary>
    public static AuditActor Of(Principal principal, string where) =>
        ReferenceEquals(principal, Principal.Console) ? Console
        : ReferenceEquals(principal, Principal.Anybody) ? Anybody
        : new(
            principal.Role switch
            {
                Role.Service => "token",
                Role.Kiosk => "device",
                _ => "account",
            },
            principal.AccountId, Join(principal.Name, principal.AccountId ?? "", principal.CredentialId, where));

    private static string Join(params ReadOnlySpan<string> parts)
    {
        var text = "";
        foreach (var part in parts)
            if (part.Length > 0)
                text = text.Length == 0 ? part : $"{text}, {part}";
        return text;
    }
}
