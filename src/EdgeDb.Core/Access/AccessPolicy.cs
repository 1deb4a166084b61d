using System.Collections.Immutable;
using static EdgeDb.Core.Access.AccessExtent;
using static EdgeDb.Core.Access.AccessVerb;

namespace EdgeDb.Core.Access;

/// <summary>
/// Who may do what, as a table. It is asked in one place for whatever comes in; which rows somebody sees within what they may read is
/// <see cref="Sight"/>'s business. A service token has what its scopes say of its column.
/// </summary>
public static class AccessPolicy
{
    /// <summary>One line of the table.</summary>
    /// <param name="Domain">What it is about.</param>
    /// <param name="Verb">What is done.</param>
    /// <param name="Owner">For owners, and so on.</param>
    /// <param name="Adult">Adults.</param>
    /// <param name="Child">Children.</param>
    /// <param name="Guest">Guests.</param>
    /// <param name="Kiosk">Devices on the wall.</param>
    /// <param name="Service">The most that a token can be given.</param>
    public sealed record Line(
        AccessDomain Domain, AccessVerb Verb,
        AccessExtent Owner, AccessExtent Adult, AccessExtent Child, AccessExtent Guest, AccessExtent Kiosk, AccessExtent Service);

    /// <summary>All lines. What is not in it nobody may do.</summary>
    public static ImmutableArray<Line> Table { get; } =
    [
        //                           verb    owner adult child guest kiosk service
        new(AccessDomain.Household,  Read,   All,  All,  All,  All,  All,  All),
        new(AccessDomain.Household,  Change, All,  All,  None, None, None, None),

        new(AccessDomain.Members,    Read,   All,  All,  All,  None, All,  All),
        new(AccessDomain.Members,    Add,    All,  All,  None, None, None, None),
        new(AccessDomain.Members,    Change, All,  All,  Own,  None, None, None),
        new(AccessDomain.Members,    Delete, All,  None, None, None, None, None),

        new(AccessDomain.Calendars,  Read,   All,  All,  All,  None, All,  All),
        new(AccessDomain.Calendars,  Add,    All,  All,  None, None, None, All),
        new(AccessDomain.Calendars,  Change, All,  All,  None, None, None, All),
        new(AccessDomain.Calendars,  Delete, All,  All,  None, None, None, None),

        new(AccessDomain.Events,     Read,   All,  All,  All,  All,  All,  All),
        new(AccessDomain.Events,     Add,    All,  All,  Own,  None, None, All),
        new(AccessDomain.Events,     Change, All,  All,  Own,  None, None, All),
        new(AccessDomain.Events,     Delete, All,  All,  Own,  None, None, All),

        new(AccessDomain.Feeds,      Read,   All,  All,  None, None, None, All),
        new(AccessDomain.Feeds,      Add,    All,  All,  None, None, None, None),
        new(AccessDomain.Feeds,      Change, All,  All,  None, None, None, All),
        new(AccessDomain.Feeds,      Delete, All,  All,  None, None, None, None),

        new(AccessDomain.Accounts,   Read,   All,  All,  Own,  Own,  None, None),
        new(AccessDomain.Accounts,   Add,    All,  None, None, None, None, None),
        new(AccessDomain.Accounts,   Change, All,  Own,  Own,  None, None, None),
        new(AccessDomain.Accounts,   Delete, All,  None, None, None, None, None),

        new(AccessDomain.Sessions,   Read,   All,  Own,  Own,  Own,  Own,  Own),
        new(AccessDomain.Sessions,   Delete, All,  Own,  Own,  Own,  Own,  None),

        new(AccessDomain.Devices,    Read,   All,  All,  None, None, None, None),
        new(AccessDomain.Devices,    Add,    All,  All,  None, None, None, None),
        new(AccessDomain.Devices,    Delete, All,  All,  None, None, None, None),

        new(AccessDomain.Tokens,     Read,   All,  Own,  None, None, None, None),
        new(AccessDomain.Tokens,     Add,    All,  Own,  None, None, None, None),
        new(AccessDomain.Tokens,     Delete, All,  Own,  None, None, None, None),

        new(AccessDomain.Settings,   Read,   All,  All,  None, None, None, All),
        new(AccessDomain.Settings,   Change, All,  None, None, None, None, None),

        new(AccessDomain.Operations, Read,   All,  All,  None, None, None, All),
        new(AccessDomain.Operations, Change, All,  None, None, None, None, None),
        new(AccessDomain.Operations, Delete, All,  All,  None, None, None, None),

        new(AccessDomain.Audit,      Read,   All,  None, None, None, None, All),

        new(AccessDomain.Backups,    Read,   All,  None, None, None, None, All),
        new(AccessDomain.Backups,    Add,    All,  None, None, None, None, All),

        new(AccessDomain.Persons,    Read,   All,  Own,  Own,  Own,  None, None),
        new(AccessDomain.Persons,    Delete, All,  None, None, None, None, None),

        new(AccessDomain.Tasks,      Read,   All,  All,  All,  None, All,  All),
        new(AccessDomain.Tasks,      Add,    All,  All,  Own,  None, All,  All),
        new(AccessDomain.Tasks,      Change, All,  All,  Own,  None, All,  All),
        new(AccessDomain.Tasks,      Delete, All,  All,  Own,  None, None, All),

        new(AccessDomain.Notices,    Read,   All,  All,  All,  None, All,  All),
        new(AccessDomain.Notices,    Add,    All,  All,  All,  None, None, All),
        new(AccessDomain.Notices,    Change, All,  All,  Own,  None, None, All),
        new(AccessDomain.Notices,    Delete, All,  All,  Own,  None, None, All),
    ];

    private static readonly AccessRights[] Whole = [.. Enum.GetValues<Role>().Select(static role => RightsOf(role, All))];
    private static readonly AccessRights[] OwnOnly = [.. Enum.GetValues<Role>().Select(static role => RightsOf(role, Own))];

    /// <summary>What the role may do with everything it sees.</summary>
    public static AccessRights Rights(Role role) => Whole[(int)role];

    /// <summary>What the role may do with its own only.</summary>
    public static AccessRights OwnRights(Role role) => OwnOnly[(int)role];

    private static AccessRights RightsOf(Role role, AccessExtent extent) =>
        Table.Where(line => Extent(line, role) == extent).Aggregate(AccessRights.None, static (rights, line) => rights | AccessRights.Of(line.Domain, line.Verb));

    private static AccessExtent Extent(Line line, Role role) => role switch
    {
        Role.Owner => line.Owner,
        Role.Adult => line.Adult,
        Role.Child => line.Child,
        Role.Guest => line.Guest,
        Role.Kiosk => line.Kiosk,
        Role.Service => line.Service,
        _ => None,
    };
}
