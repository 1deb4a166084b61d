using System.Text;
using EdgeDb.Core.Security;

namespace EdgeDb.Core.Audit;

/// <summary>An entry with its details sealed, ready for the chain. Made on the caller's thread: the writer's, which all wait for, does no more than hash it.</summary>
internal sealed class AuditRecord
{
    /// <summary>Of a text; what is longer is cut off.</summary>
    public const int MostCharacters = 500;

    private const string Place = "audit_detail/";

    private AuditRecord(AuditKind kind, string actor, long at, AuditDetail? who, AuditDetail what) => (Kind, Actor, At, Who, What) = (kind, actor, at, who, what);

    public AuditKind Kind { get; }

    public string Actor { get; }

    /// <summary>Seconds since 1970-01-01T00:00:00 UTC.</summary>
    public long At { get; }

    public AuditDetail? Who { get; }

    public AuditDetail What { get; }

    /// <summary>Seals what belongs to a person; what belongs to nobody is salted, which needs neither a key nor the cryptographic library.</summary>
    /// <param name="subjects">The keys of persons.</param>
    /// <param name="at">When it happened.</param>
    /// <param name="kind">What happened.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="subject">Whose data it is, an account or a member: its key seals <paramref name="what"/>. Null when that tells nothing of a person.</param>
    /// <param name="what">In a few words. No text that somebody wrote, and no credential.</param>
    public static AuditRecord Seal(SubjectKeys subjects, long at, AuditKind kind, AuditActor actor, string? subject, string what) => new(
        kind, actor.Name, at,
        actor.Who is { } who ? Seal(subjects, AuditPart.Who, actor.Owner, who) : null,
        Seal(subjects, AuditPart.What, subject, what));

    /// <summary>As <see cref="Seal(SubjectKeys, long, AuditKind, AuditActor, string?, string)"/>, where nothing is a person's.</summary>
    public static AuditRecord OfNobody(long at, AuditKind kind, AuditActor actor, string what) =>
        new(kind, actor.Name, at, actor.Who is { } who ? Salt(AuditPart.Who, Bytes(who)) : null, Salt(AuditPart.What, Bytes(what)));

    /// <summary>What a detail says. Null when the key is gone by which it was sealed.</summary>
    public static string? Open(SubjectKeys subjects, AuditDetail detail)
    {
        if (detail.Owner is null)
            return Encoding.UTF8.GetString(detail.Value.AsSpan(Math.Min(AuditDetail.SaltBytes, detail.Value.Length)));
        return subjects.Find(detail.Owner) is { } key && key.HasSealed(detail.Value) ? Encoding.UTF8.GetString(key.Open(PlaceOf(detail.Part), detail.Value)) : null;
    }

    private static AuditDetail Seal(SubjectKeys subjects, AuditPart part, string? owner, string text) =>
        owner is null ? Salt(part, Bytes(text)) : new(part, owner, subjects.For(owner).Seal(PlaceOf(part), Bytes(text)));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.Length <= MostCharacters ? text : string.Concat(text.AsSpan(0, MostCharacters), "…"));

    private static AuditDetail Salt(AuditPart part, byte[] bytes)
    {
        var salted = new byte[AuditDetail.SaltBytes + bytes.Length];
        // 122 random bits of the system's own source; RandomNumberGenerator would load OpenSSL.
        Guid.NewGuid().TryWriteBytes(salted);
        bytes.CopyTo(salted, AuditDetail.SaltBytes);
        return new(part, null, salted);
    }

    private static string PlaceOf(AuditPart part) => Place + (part == AuditPart.Who ? "who" : "what");
}
