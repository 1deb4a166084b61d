using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>The household over one database: everything the service and the commands are made of, put together in one place.</summary>
internal sealed class HouseholdServices
{
    internal HouseholdServices(SqliteDatabase database, KeyRing keys, TimeProvider time, int monthsBack, int monthsAhead)
    {
        Database = database;
        Keys = keys;
        Store = new(database, time);
        Window = new(database, time, monthsBack, monthsAhead);
        Occurrences = new(database);
        Reminders = new(database);
        Events = new(database, Window, Store, time);
        Feeds = new(database, Store, keys, new FeedLimits(), time);
        Import = new(database, Window, Store, new FeedLimits());
        FeedImport = new(database, Import, Feeds, time);
        Export = new(database);
        Tasks = new(database, Store, time);
        TaskImport = new(database, Store, new FeedLimits(), time);
        Notices = new(database, Store, time);
        Sample = new(database, Store, Events, time);
    }

    internal SqliteDatabase Database { get; }

    internal KeyRing Keys { get; }

    internal HouseholdStore Store { get; }

    internal WindowKeeper Window { get; }

    internal OccurrenceReader Occurrences { get; }

    internal ReminderReader Reminders { get; }

    internal EventStore Events { get; }

    internal FeedStore Feeds { get; }

    internal CalendarImport Import { get; }

    internal FeedImport FeedImport { get; }

    internal CalendarExport Export { get; }

    internal TaskStore Tasks { get; }

    internal TaskImport TaskImport { get; }

    internal NoticeStore Notices { get; }

    internal SampleHousehold Sample { get; }
}
