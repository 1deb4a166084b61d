namespace EdgeDb.Core.Household;

/// <summary>What a write touched, as the change stream names it.</summary>
public static class Topics
{
    /// <summary>Name, zone, language, week start, window.</summary>
    public const string Household = "household";

    /// <summary>Members.</summary>
    public const string Members = "members";

    /// <summary>Calendars and their members.</summary>
    public const string Calendars = "calendars";

    /// <summary>Feeds, their state and their problems.</summary>
    public const string Feeds = "feeds";

    /// <summary>Events and so occurrences; its rows are calendars.</summary>
    public const string Occurrences = "occurrences";

    /// <summary>Tasks; its rows are lists.</summary>
    public const string Tasks = "tasks";

    /// <summary>The noticeboard.</summary>
    public const string Notices = "notices";
}
