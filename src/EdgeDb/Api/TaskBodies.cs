namespace EdgeDb.Api;

internal sealed record TaskBody(
    string Id,
    string CalendarId,
    string Uid,
    string Summary,
    string? Description,
    string? Due,
    string? Zone,
    bool AllDay,
    string? Rrule,
    int Priority,
    string? MemberId,
    bool Done,
    string? DoneAt,
    string? DoneBy,
    long Position,
    bool Recurring,
    bool Private,
    IReadOnlyList<ReminderBody> Reminders,
    bool Editable,
    bool Tickable,
    long Version);

internal sealed record TaskList(IReadOnlyList<TaskBody> Items, string? Next);

internal sealed record TaskInput(
    string? CalendarId,
    string? Summary,
    string? Description,
    string? Due,
    string? Zone,
    bool? AllDay,
    string? Rrule,
    int? Priority,
    string? MemberId,
    bool? Private,
    IReadOnlyList<ReminderBody>? Reminders);

internal sealed record TaskDoneInput(string? Due, string? MemberId);

internal sealed record TaskMoveInput(string? After);

internal sealed record TaskDoneBody(string? Due, string DoneAt, string? DoneBy);

internal sealed record TaskDoneList(IReadOnlyList<TaskDoneBody> Items, string? Next);

internal sealed record ClearedTasksBody(IReadOnlyList<string> Ids);
