namespace EdgeDb.Core.Access;

/// <summary>
/// What somebody sees of calendars and events. Two viewers with equal sights get the same answers, so <see cref="Audience"/> is their part of a cache key, and
/// an answer is made from the sight in its key: it cannot be made for one viewer and kept for another.
/// <para>An event is private by its CLASS (any but PUBLIC). It is somebody's own when a calendar that holds it concerns their member; a calendar that concerns
/// nobody in particular is that of all adults.</para>
/// </summary>
public sealed class Sight : IEquatable<Sight>
{
    private const string Kinds = "eachg";

    private readonly SightKind _kind;
    private readonly string _member;

    private Sight(SightKind kind, string member)
    {
        _kind = kind;
        _member = member;
        Audience = kind == SightKind.Everything ? "" : $"{Kinds[(int)kind]}{member}";
    }

    /// <summary>Sees all.</summary>
    public static Sight Everything { get; } = new(SightKind.Everything, "");

    /// <summary>Sees what concerns the whole house.</summary>
    public static Sight House { get; } = new(SightKind.House, "");

    /// <summary>Sees when the house is busy.</summary>
    public static Sight Guest { get; } = new(SightKind.Guest, "");

    /// <summary>The kind of viewer.</summary>
    public SightKind Kind => _kind;

    /// <summary>The viewer's member; empty for viewers without one.</summary>
    public string MemberId => _member;

    /// <summary>The text form: empty for <see cref="Everything"/>, otherwise a letter and the member's id.</summary>
    public string Audience { get; }

    /// <summary>The sight of a role.</summary>
    public static Sight Of(Role role, string? memberId) => role switch
    {
        Role.Owner or Role.Adult => new(SightKind.Adult, memberId ?? ""),
        Role.Child => new(SightKind.Child, memberId ?? ""),
        Role.Kiosk or Role.Service => House,
        _ => Guest,
    };

    /// <summary>Reads <see cref="Audience"/>. Throws <see cref="FormatException"/> for anything else.</summary>
    public static Sight Parse(ReadOnlySpan<char> audience)
    {
        if (audience.IsEmpty)
            return Everything;
        return (SightKind)Kinds.IndexOf(audience[0], StringComparison.Ordinal) switch
        {
            SightKind.Adult => new(SightKind.Adult, audience[1..].ToString()),
            SightKind.Child => new(SightKind.Child, audience[1..].ToString()),
            SightKind.House when audience.Length == 1 => House,
            SightKind.Guest when audience.Length == 1 => Guest,
            _ => throw new FormatException($"'{audience}' is no audience."),
        };
    }

    /// <summary>What the viewer sees of a calendar itself: its name, and that it exists.</summary>
    /// <param name="access">Who sees it.</param>
    /// <param name="members">Ids of the members whom it concerns.</param>
    public bool Sees(CalendarAccess access, IReadOnlyList<string> members) => _kind != SightKind.Guest && Of(access, members, isPrivate: false) == Visibility.Whole;

    /// <summary>What the viewer sees of an event.</summary>
    /// <param name="access">Who sees its calendar.</param>
    /// <param name="members">Ids of the members whom the calendars that hold it concern.</param>
    /// <param name="isPrivate">By its CLASS.</param>
    public Visibility Of(CalendarAccess access, IReadOnlyList<string> members, bool isPrivate) => _kind switch
    {
        SightKind.Everything => Visibility.Whole,
        SightKind.Adult => (access != CalendarAccess.Private && !isPrivate) || Owns(access, members) ? Visibility.Whole : Visibility.Busy,
        SightKind.Child when access == CalendarAccess.Adults => Visibility.Hidden,
        SightKind.Child => (access == CalendarAccess.Household && !isPrivate) || Concerns(members) ? Visibility.Whole : Visibility.Hidden,
        SightKind.House => access == CalendarAccess.Household && !isPrivate ? Visibility.Whole : Visibility.Hidden,
        _ => access == CalendarAccess.Household && !isPrivate ? Visibility.Busy : Visibility.Hidden,
    };

    /// <summary>True when one of the members is the viewer's.</summary>
    public bool Concerns(IReadOnlyList<string> members) => _member.Length > 0 && members.Contains(_member);

    /// <summary>False where the viewer may look at most: the calendar is somebody else's.</summary>
    /// <param name="members">Ids of the members whom the calendar concerns.</param>
    public bool MayActOn(IReadOnlyList<string> members) => _kind switch
    {
        SightKind.Child => Concerns(members),
        SightKind.Guest => false,
        _ => true,
    };

    /// <summary>
    /// False where the viewer may look at most. A list that concerns nobody in particular is everybody's who sees it: a child must be able to do what whoever stands at the
    /// wall can.
    /// </summary>
    /// <param name="members">Ids of the members whom the list concerns.</param>
    public bool MayActOnList(IReadOnlyList<string> members) => MayActOn(members) || (_kind == SightKind.Child && members.Count == 0);

    /// <inheritdoc/>
    public bool Equals(Sight? other) => other is not null && Audience == other.Audience;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Sight);

    /// <inheritdoc/>
    public override int GetHashCode() => Audience.GetHashCode(StringComparison.Ordinal);

    private bool Owns(CalendarAccess access, IReadOnlyList<string> members) => Concerns(members) || (members.Count == 0 && access != CalendarAccess.Private);
}
