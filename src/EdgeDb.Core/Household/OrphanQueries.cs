using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>What foreign keys cannot say about the household's tables; every row found is an error.</summary>
internal static class OrphanQueries
{
    public static IReadOnlyList<OrphanQuery> All { get; } =
    [
        new("events without source", "SELECT id FROM event WHERE key NOT IN (SELECT event_key FROM event_source)"),
        new("events whose shown copy is gone", "SELECT id FROM event WHERE primary_key NOT IN (SELECT key FROM event)"),
        new(
            "events shown by a copy of another UID",
            "SELECT e.id FROM event e JOIN event p ON p.key = e.primary_key WHERE p.uid <> e.uid"),
        new(
            "occurrences without texts",
            "SELECT o.event_key FROM occurrence o WHERE NOT EXISTS (SELECT 1 FROM event_part p WHERE p.key = o.part_key AND p.event_key = o.event_key)"),
        new(
            "texts that name another event than their own",
            "SELECT p.key FROM event_part p JOIN event e ON e.key = p.event_key WHERE p.event_id <> e.id OR p.calendar_id <> e.calendar_id OR p.uid <> e.uid"),
        new("private texts of events that are not", "SELECT p.key FROM event_part p JOIN event e ON e.key = p.event_key WHERE p.private = 1 AND e.private = 0"),
        new(
            "occurrences hidden without a shown copy, or shown beside one",
            "SELECT o.event_key FROM occurrence o JOIN event e ON e.key = o.event_key WHERE o.hidden <> (e.primary_key <> e.key)"),
        new("occurrences that end before they start", "SELECT event_key FROM occurrence WHERE end < start"),
        new("mirror calendars without feed", "SELECT id FROM calendar WHERE kind = 'feed' AND id NOT IN (SELECT calendar_id FROM feed)"),
        new("tasks of no list", "SELECT id FROM task WHERE deleted_at IS NULL AND calendar_id NOT IN (SELECT id FROM calendar WHERE holds = 'tasks')"),
        new("events of lists", "SELECT e.id FROM event e JOIN calendar c ON c.id = e.calendar_id WHERE c.holds = 'tasks'"),
        new("feeds of local calendars", "SELECT f.id FROM feed f JOIN calendar c ON c.id = f.calendar_id WHERE c.kind <> 'feed'"),
    ];
}
