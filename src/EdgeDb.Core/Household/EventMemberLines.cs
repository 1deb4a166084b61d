using System.Text;
using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>One row of whom an event concerns.</summary>
/// <param name="Component">By <see cref="EventMemberLines.ComponentOf"/>.</param>
/// <param name="MemberId">Member.</param>
internal readonly record struct EventMember(string Component, string MemberId);

/// <summary>
/// Whom an event concerns, as lines of its components. They are there while it is edited, in the trash and in what an edit has replaced, so that whatever copies, moves or splits components takes them along;
/// the text of a stored event has none (<see cref="EventMemberRows"/>). They hold ids and no names.
/// </summary>
internal static class EventMemberLines
{
    /// <summary>ATTENDEE was rejected: the texts of others hold them too, and those are nobody's business here.</summary>
    internal const string Name = "X-EDGEDB-MEMBER";

    /// <summary>How a member is called in the texts that others read.</summary>
    internal const string PublishedPrefix = "urn:uuid:";

    private const string Attendee = "ATTENDEE";

    internal static ReadOnlySpan<byte> Marker => "X-EDGEDB-MEMBER"u8;

    /// <summary>The component's name among those of its event: its original start, empty for the event itself.</summary>
    internal static string ComponentOf(CalendarEvent component) => component.RecurrenceId?.ToString() ?? "";

    /// <summary>Whom the component names, sorted; null for the calendar's members.</summary>
    internal static IReadOnlyList<string>? Of(CalendarComponent component)
    {
        List<string>? members = null;
        foreach (var property in component.Properties)
            if (property.Name == Name)
                (members ??= []).Add(property.RawValue);
        members?.Sort(StringComparer.Ordinal);
        return members;
    }

    internal static void Set(CalendarComponent component, IEnumerable<string>? members)
    {
        component.Properties.RemoveAll(static p => p.Name == Name);
        foreach (var member in members ?? [])
            component.Properties.Add(new(Name, [], member));
    }

    /// <summary>The text with these lines and no others.</summary>
    /// <param name="text">As stored; a feed may have lines of this name, which say nothing here.</param>
    /// <param name="members">By component; null for none.</param>
    internal static byte[] With(byte[] text, IReadOnlyDictionary<string, IReadOnlyList<string>>? members)
    {
        if (members is null && text.AsSpan().IndexOf(Marker) < 0)
            return text;
        var source = EventSource.Read(text);
        foreach (var component in source.Overrides.Prepend(source.Master))
            Set(component, members?.GetValueOrDefault(ComponentOf(EventSource.Typed(component))));
        return source.ToUtf8();
    }

    /// <summary>Takes the lines out of a text that is to be stored.</summary>
    internal static (ReadOnlyMemory<byte> Text, List<EventMember> Members) Take(ReadOnlyMemory<byte> text)
    {
        var members = new List<EventMember>();
        if (text.Span.IndexOf(Marker) < 0)
            return (text, members);
        var source = EventSource.Read(text);
        foreach (var component in source.Overrides.Prepend(source.Master))
        {
            var name = ComponentOf(EventSource.Typed(component));
            foreach (var member in Of(component) ?? [])
                members.Add(new(name, member));
            Set(component, null);
        }

        return (source.ToUtf8(), members);
    }

    /// <summary>As others read it: with an ATTENDEE for each line.</summary>
    /// <param name="text">With lines.</param>
    /// <param name="names">By member; one who is gone is left out.</param>
    internal static byte[] Published(byte[] text, IReadOnlyDictionary<string, string> names)
    {
        if (text.AsSpan().IndexOf(Marker) < 0)
            return text;
        var source = EventSource.Read(text);
        foreach (var component in source.Overrides.Prepend(source.Master))
        {
            var members = Of(component);
            Set(component, null);
            foreach (var member in members ?? [])
            {
                var address = PublishedPrefix + member;
                // An import of what was published here has it already.
                if (names.TryGetValue(member, out var name) && !component.Properties.Exists(p => p.Name == Attendee && p.RawValue == address))
                    component.Properties.Add(new(Attendee, [new("CN", name)], address));
            }
        }

        return source.ToUtf8();
    }

    /// <summary>True when some line of the text names that member.</summary>
    internal static bool Names(ReadOnlySpan<byte> text, string member) => text.IndexOf(Encoding.UTF8.GetBytes($"{Name}:{member}")) >= 0;
}
