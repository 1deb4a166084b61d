using EdgeDb.Core.Access;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>Asks what rings within a range.</summary>
/// <param name="From">First instant of the range.</param>
/// <param name="To">First instant after it.</param>
/// <param name="Lasting">Only reminders that are of use after this (<see cref="Reminder.Until"/>); null for all.</param>
/// <param name="Zone">Where floating times and days are placed.</param>
/// <param name="Sight">What the viewer sees.</param>
/// <param name="Limit">Most items of an answer.</param>
internal sealed record ReminderQuery(Instant From, Instant To, Instant? Lasting, DateTimeZone Zone, Sight Sight, int Limit);

/// <summary>What rings, in order of time.</summary>
/// <param name="Items">At most the query's limit.</param>
/// <param name="To">How far the answer reaches, Unix seconds: to the end of what was asked for, or as far as the limit allows.</param>
internal sealed record ReminderPage(IReadOnlyList<Reminder> Items, long To);

/// <summary>One moment at which an occurrence or a task is to be remembered. One of the two is set.</summary>
/// <param name="At">When it rings, Unix seconds.</param>
/// <param name="Until">When it is of no use any more: its occurrence has ended, or the day is over on which its task is due. An hour after <paramref name="At"/> at least.</param>
/// <param name="Occurrence">What of; never one of which only the time is seen.</param>
/// <param name="Task">What of.</param>
internal sealed record Reminder(long At, long Until, OccurrenceView? Occurrence, StoredTask? Task);
