using System.Collections.Frozen;

namespace EdgeDb.Core.Audit;

/// <summary>Names of <see cref="AuditKind"/>.</summary>
internal static class AuditKinds
{
    private static readonly string[] Names = Array.ConvertAll(Enum.GetValues<AuditKind>(), static kind => Kebab(kind.ToString()));

    private static readonly FrozenDictionary<string, AuditKind> Kinds = Enum.GetValues<AuditKind>().ToFrozenDictionary(Name, StringComparer.Ordinal);

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>As <c>sign-in-failed</c>. Covered by the hash of an entry, so a name never changes.</summary>
    public static string Name(AuditKind kind) => Names[(int)kind];

    /// <summary>Null for one of another version.</summary>
    public static AuditKind? Of(string name) => Kinds.TryGetValue(name, out var kind) ? kind : null;

    /// <summary>As <c>sign-in</c> of <c>SignIn</c>.</summary>
    internal static string Kebab(string name) =>
        string.Concat(name.Select(static (character, i) => char.IsUpper(character) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(character) : character.ToString()));
}
