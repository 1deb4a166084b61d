namespace EdgeDb.Core.Access;

/// <summary>What somebody is to the household. What each may do is in <see cref="AccessPolicy"/>.</summary>
public enum Role : byte
{
    /// <summary>Runs the household: accounts, settings, copies.</summary>
    Owner,

    /// <summary>Keeps the calendars.</summary>
    Adult,

    /// <summary>Sees what concerns the house and keeps calendars of their own.</summary>
    Child,

    /// <summary>Sees when the household is busy, and nothing else.</summary>
    Guest,

    /// <summary>A device on the wall. Whoever enters their PIN there has their own role for a while.</summary>
    Kiosk,

    /// <summary>A program with an API token; its scopes narrow this down.</summary>
    Service,
}
