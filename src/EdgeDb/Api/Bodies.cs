using System.Text.Json.Serialization;

namespace EdgeDb.Api;

// The shapes of /openapi/v1.json, which documents them; a test holds the two together.

internal sealed record HouseholdBody(
    string Name, string Zone, string Language, string WeekStart, string Clock, bool WeekNumbers, bool Sample, string WindowFrom, string WindowTo, long Version);

internal sealed record HouseholdChange(string? Name, string? Zone, string? Language, string? WeekStart, string? Clock, bool? WeekNumbers);

internal sealed record MemberBody(string Id, string Name, string Color, bool Sample, long Version);

internal sealed record MemberList(IReadOnlyList<MemberBody> Items, string? Next);

internal sealed record MemberInput(string? Name, string? Color);

internal sealed record CalendarBody(
    string Id, string Name, string Color, string Kind, string Holds, IReadOnlyList<string> Members, string Access, bool Sample, long Version, long EventCount);

internal sealed record CalendarList(IReadOnlyList<CalendarBody> Items, string? Next);

internal sealed record CalendarInput(string? Name, string? Color, IReadOnlyList<string>? Members, string? Access);

internal sealed record NewCalendarInput(string? Name, string? Color, IReadOnlyList<string>? Members, string? Access, string? Holds);

internal sealed record FeedErrorBody(string Reason, string Detail);

internal sealed record FeedBody(
    string Id,
    string CalendarId,
    string Name,
    string Color,
    IReadOnlyList<string> Members,
    string Address,
    string State,
    string? LastAttemptAt,
    string? LastSuccessAt,
    string NextAttemptAt,
    FeedErrorBody? Error,
    long EventCount,
    long SkippedCount,
    long Version);

internal sealed record FeedList(IReadOnlyList<FeedBody> Items, string? Next);

internal sealed record FeedInput(string? Address, string? Name, string? Color, IReadOnlyList<string>? Members, string? Access);

internal sealed record FeedProblemBody(int Line, string Component, string? Uid, string Property, string Reason);

internal sealed record FeedProblemList(IReadOnlyList<FeedProblemBody> Items, long Total, string? Next);

internal sealed record FeedPreviewInput(string? Address);

internal sealed record PreviewedOccurrenceBody(string Summary, string? Location, string Start, string End, bool AllDay);

internal sealed record FeedPreviewBody(
    string? Name, int Events, bool Whole, IReadOnlyList<PreviewedOccurrenceBody> Next, int SkippedCount, IReadOnlyList<FeedProblemBody> Problems);

internal sealed record ReminderBody(int MinutesBefore);

internal sealed record EventBody(
    string Id,
    string CalendarId,
    string Uid,
    string Summary,
    string? Description,
    string? Location,
    string? Url,
    string? Color,
    string Status,
    string Start,
    string End,
    bool AllDay,
    string? Zone,
    string? Rrule,
    IReadOnlyList<string> Exdates,
    IReadOnlyList<string> Rdates,
    string? RecurrenceId,
    bool Recurring,
    IReadOnlyList<ReminderBody> Reminders,
    IReadOnlyList<string>? Members,
    bool Private,
    bool Editable,
    long Version);

internal sealed record EventList(IReadOnlyList<EventBody> Items, string? Next);

internal sealed record EventInput(
    string? CalendarId,
    string? Summary,
    string? Description,
    string? Location,
    string? Url,
    string? Color,
    string? Status,
    string? Start,
    string? End,
    bool? AllDay,
    string? Zone,
    string? Rrule,
    IReadOnlyList<ReminderBody>? Reminders,
    IReadOnlyList<string>? Members,
    bool? Private);

internal sealed record ImportBody(long Events, long Skipped, IReadOnlyList<FeedProblemBody> Problems);

internal sealed record IncidentBody(int Id, string At, string Kind, string Text);

internal sealed record DatabaseBody(string SqliteVersion, int SchemaVersion, long SizeBytes);

internal sealed record FeedCounts(int Ok, int Failing);

internal sealed record UpstreamBody(string Name, string State, string? Since, string? Reason);

internal sealed record ReadyBody(
    string Status,
    string Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DatabaseBody? Database,
    IReadOnlyList<IncidentBody> Incidents,
    EmergencyBody? Emergency,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FeedCounts? Feeds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<UpstreamBody>? Upstreams);
