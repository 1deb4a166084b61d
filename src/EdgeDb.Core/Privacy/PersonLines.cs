using System.Text;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;

namespace EdgeDb.Core.Privacy;

/// <summary>
/// Finds the lines of an event that name somebody who takes part: ORGANIZER and ATTENDEE, by the common name (CN), by a mail address or as a member, and lines that keep whom an event concerns. What somebody wrote into a title or a note is not
/// searched: a first name there may be anybody's.
/// </summary>
/// <param name="names">Names of the person; an account's name may be an address.</param>
/// <param name="addresses">Mail addresses of the person that whoever asks knows of.</param>
/// <param name="member">Id of the member they are; null for none.</param>
internal sealed class PersonLines(IEnumerable<string> names, IEnumerable<string> addresses, string? member)
{
    private readonly HashSet<string> _names = new(names, StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _addresses = new(addresses.Concat(names.Where(static name => name.Contains('@', StringComparison.Ordinal))), StringComparer.OrdinalIgnoreCase);

    /// <summary>True when some line of the text does. Costs a search for three words where nobody takes part.</summary>
    public bool AreIn(ReadOnlySpan<byte> source)
    {
        if (source.IndexOf("ATTENDEE"u8) < 0 && source.IndexOf("ORGANIZER"u8) < 0 && source.IndexOf(EventMemberLines.Marker) < 0)
            return false;
        foreach (var component in CalendarReader.ReadAll(source))
            if (component.Properties.Exists(Name) || (component.HasComponents && component.Components.Exists(alarm => alarm.Properties.Exists(Name))))
                return true;
        return false;
    }

    /// <summary>The text without these lines; null when there are none.</summary>
    public byte[]? Without(ReadOnlySpan<byte> source)
    {
        if (!AreIn(source))
            return null;
        var text = new MemoryStream();
        foreach (var component in CalendarReader.ReadAll(source))
        {
            component.Properties.RemoveAll(Name);
            if (component.HasComponents)
                foreach (var alarm in component.Components)
                    alarm.Properties.RemoveAll(Name);
            text.Write(CalendarWriter.ToUtf8(component));
        }

        return text.ToArray();
    }

    private bool Name(CalendarProperty line) => line.Name switch
    {
        "ATTENDEE" or "ORGANIZER" => IsAddressed(line),
        EventMemberLines.Name => member is not null && line.RawValue == member,
        _ => false,
    };

    private bool IsAddressed(CalendarProperty line) =>
        ((line.Parameter("CN") is { } name && _names.Contains(name.Trim()))
            || (line.Parameter("EMAIL") is { } mail && _addresses.Contains(mail.Trim()))
            || _addresses.Contains(Address(Encoding.UTF8.GetString(line.Utf8)))
            || (member is not null && string.Equals(line.RawValue, EventMemberLines.PublishedPrefix + member, StringComparison.OrdinalIgnoreCase)));

    private static string Address(string value) => (value.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? value[7..] : value).Trim();
}
