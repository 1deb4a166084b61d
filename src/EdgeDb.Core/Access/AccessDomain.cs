namespace EdgeDb.Core.Access;

/// <summary>What a right is about.</summary>
public enum AccessDomain : byte
{
    /// <summary>Name, zone and language.</summary>
    Household,

    /// <summary>Members: names and colours.</summary>
    Members,

    /// <summary>Calendars. One's own: those that concern one's member.</summary>
    Calendars,

    /// <summary>Events and their occurrences. One's own: those of one's own calendars.</summary>
    Events,

    /// <summary>Feeds, their addresses and their health.</summary>
    Feeds,

    /// <summary>Accounts. One's own: name, password, second factor.</summary>
    Accounts,

    /// <summary>Who is signed in where.</summary>
    Sessions,

    /// <summary>Paired devices.</summary>
    Devices,

    /// <summary>API tokens.</summary>
    Tokens,

    /// <summary>Settings of the service.</summary>
    Settings,

    /// <summary>Connections, work, metrics, incidents.</summary>
    Operations,

    /// <summary>The audit log.</summary>
    Audit,

    /// <summary>Copies of the database.</summary>
    Backups,

    /// <summary>Everything about a person: reading is export, deleting is erasure.</summary>
    Persons,

    /// <summary>Tasks of lists. One's own: those of one's own lists and of those that concern nobody in particular.</summary>
    Tasks,

    /// <summary>The noticeboard. One's own: what one has written. The last of the 16 that <see cref="AccessRights"/> has room for.</summary>
    Notices,
}
