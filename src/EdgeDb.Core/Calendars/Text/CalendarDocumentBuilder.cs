namespace EdgeDb.Core.Calendars;

/// <summary>Types components as they are read and groups events by UID.</summary>
internal sealed class CalendarDocumentBuilder(bool keepText, CalendarProblems problems)
{
    private readonly List<Group> _groups = [];
    private readonly Dictionary<string, Group> _groupsByUid = new(StringComparer.Ordinal);
    private readonly List<CalendarTodo> _todos = [];
    private readonly List<CalendarTimeZoneDefinition> _zones = [];
    private readonly HashSet<string> _zoneIds = new(StringComparer.Ordinal);
    private readonly CalendarTextStore? _texts = keepText ? new CalendarTextStore() : null;
    private bool _sawComponent;

    public CalendarProblems Problems { get; } = problems;

    public void Add(CalendarComponent component)
    {
        // A vCard has components too, and is no calendar.
        _sawComponent |= component.Name is "VEVENT" or "VTODO" or "VTIMEZONE";
        switch (component.Name)
        {
            case "VEVENT":
                if (CalendarEvent.From(component, Problems) is { } calendarEvent)
                    Add(calendarEvent, component);
                break;
            case "VTODO":
                _todos.Add(CalendarTodo.From(component, Problems));
                break;
            case "VTIMEZONE":
                if (CalendarTimeZoneDefinition.From(component, Problems) is { } zone && _zoneIds.Add(zone.Id))
                {
                    _zones.Add(zone);
                    _texts?.Add(CalendarTextStore.ZoneKey(zone.Id), component);
                }
                break;
        }
    }

    public CalendarDocument Build(CalendarReader reader)
    {
        var series = new EventSeries[_groups.Count];
        for (var i = 0; i < series.Length; i++)
            series[i] = new EventSeries(_groups[i].Master, _groups[i].Overrides ?? (IReadOnlyList<CalendarEvent>)[]);
        return new CalendarDocument(_texts)
        {
            Name = Text(reader, "NAME") ?? Text(reader, "X-WR-CALNAME"),
            Color = Text(reader, "COLOR") ?? WithoutAlpha(Text(reader, "X-APPLE-CALENDAR-COLOR")),
            ZoneId = Text(reader, "X-WR-TIMEZONE"),
            Method = Text(reader, "METHOD")?.ToUpperInvariant(),
            RefreshInterval = Interval(reader, "REFRESH-INTERVAL") ?? Interval(reader, "X-PUBLISHED-TTL"),
            Series = series,
            Todos = _todos,
            Zones = _zones,
            Problems = Problems,
            IsCalendar = _sawComponent || reader.CalendarCount > 0,
            IsTruncated = reader.IsTruncated,
        };
    }

    private void Add(CalendarEvent calendarEvent, CalendarComponent component)
    {
        // The text must keep a UID that was made of its content, or an edit of the content would change it.
        if (_texts is not null && string.IsNullOrWhiteSpace(component.Property("UID")?.RawValue))
            new CalendarEventEditor(component).SetText("UID", calendarEvent.Uid);
        if (!_groupsByUid.TryGetValue(calendarEvent.Uid, out var group))
        {
            _groupsByUid.Add(calendarEvent.Uid, group = new Group());
            _groups.Add(group);
        }
        if (calendarEvent.RecurrenceId is not null)
        {
            (group.Overrides ??= new List<CalendarEvent>(1)).Add(calendarEvent);
            _texts?.Add(calendarEvent.Uid, component);
        }
        else if (group.Master is null)
        {
            group.Master = calendarEvent;
            group.MasterText = group.Overrides?.Count ?? 0;
            _texts?.Add(calendarEvent.Uid, component);
        }
        else if (AreDifferentEvents(group.Master, calendarEvent))
        {
            Report(component, calendarEvent, "is the UID of another event, too; both are kept");
            // The second gets the UID of an event without any, so that it has the same one on every download.
            var uid = ComponentFields.HashOfContent(component);
            new CalendarEventEditor(component).SetText("UID", uid);
            if (!_groupsByUid.ContainsKey(uid) && CalendarEvent.From(component, CalendarProblems.Ignored) is { } renamed)
                Add(renamed, component);
        }
        else
        {
            Report(component, calendarEvent, "is there in more than one revision; the newest is used");
            if (IsOlder(calendarEvent, group.Master))
                return;
            group.Master = calendarEvent;
            if (_texts is null)
                return;
            _texts.Remove(calendarEvent.Uid, group.MasterText);
            _texts.Add(calendarEvent.Uid, component);
            group.MasterText = group.Overrides?.Count ?? 0;
        }
    }

    // Some exporters give all events of a day, or all of the file, one UID. Revisions differ in what counts revisions; such events do not.
    private static bool AreDifferentEvents(CalendarEvent first, CalendarEvent second) =>
        first.Sequence == second.Sequence && first.Stamp == second.Stamp && first.LastModified == second.LastModified
        && !first.IsRecurring && !second.IsRecurring
        && (first.Start != second.Start || !string.Equals(first.Summary, second.Summary, StringComparison.Ordinal));

    // RFC 5546 §2.1.5 lets SEQUENCE decide, then DTSTAMP; but Google and others stamp every download anew, so LAST-MODIFIED goes before that.
    // Of equals the later one in the file is used.
    private static bool IsOlder(CalendarEvent candidate, CalendarEvent current) =>
        candidate.Sequence != current.Sequence
            ? candidate.Sequence < current.Sequence
            : Nullable.Compare(candidate.LastModified ?? candidate.Stamp, current.LastModified ?? current.Stamp) < 0;

    private void Report(CalendarComponent component, CalendarEvent calendarEvent, string reason) =>
        Problems.Add(component.Property("UID")?.Line ?? component.Line, component.Name, calendarEvent.Uid, "UID", reason, default);

    private static string? Text(CalendarReader reader, string name)
    {
        foreach (var property in reader.CalendarProperties)
            if (property.Name == name && CalendarText.Unescape(property.RawValue).Trim() is { Length: > 0 } text)
                return text;
        return null;
    }

    // Apple writes #RRGGBBAA.
    private static string? WithoutAlpha(string? color) => color is ['#', ..] and { Length: 9 } ? color[..7] : color;

    private static CalendarDuration? Interval(CalendarReader reader, string name)
    {
        foreach (var property in reader.CalendarProperties)
            if (property.Name == name && CalendarDuration.TryParse(property.Utf8, out var interval, out _) && interval is { IsPositiveOrZero: true })
                return interval;
        return null;
    }

    private sealed class Group
    {
        public CalendarEvent? Master;
        public List<CalendarEvent>? Overrides;

        // Which of the texts of this UID is the master's.
        public int MasterText;
    }
}
