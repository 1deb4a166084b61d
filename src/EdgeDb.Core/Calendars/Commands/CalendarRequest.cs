using System.Globalization;
using System.Text;
using System.Text.Json;
using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>What a call or a JSON request asks for; both use the same names.</summary>
internal sealed class CalendarRequest(string command)
{
    private string? _file;
    private string? _ics;
    private string? _rule;
    private string? _start;
    private string? _from;
    private string? _to;
    private string? _zone;
    private string? _limit;

    /// <summary><c>expand</c> or <c>rrule</c>.</summary>
    public string Command { get; } = command;

    /// <summary>The request's id as JSON, echoed with every result; null when it has none.</summary>
    public byte[]? Id { get; private set; }

    private bool IsExpand => Command == "expand";

    public CalendarRequest Copy() => (CalendarRequest)MemberwiseClone();

    /// <summary>Reads command line arguments.</summary>
    public void Read(ReadOnlySpan<string> arguments, ref bool isStdin)
    {
        var positional = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                if (positional)
                    throw new CalendarRequestException($"\"{Shorten(argument)}\" is one argument too many");
                positional = true;
                if (IsExpand)
                    _file = argument;
                else
                    _rule = argument;
                continue;
            }

            if (argument == "--stdin")
            {
                isStdin = true;
                continue;
            }

            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            // Files and texts of calendars have no option on the command line.
            if (name.Length == 2 || name is "--file" or "--ics" or "--rule" || !Has(name[2..]))
                throw new CalendarRequestException($"{Shorten(name)} is not an option");
            if (equals < 0 && ++i == arguments.Length)
                throw new CalendarRequestException($"{name} needs a value");
            Set(name[2..], equals < 0 ? arguments[i] : argument[(equals + 1)..]);
        }
    }

    /// <summary>Reads a JSON request.</summary>
    public void Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new CalendarRequestException("a request is a JSON object");
            // The id first: a refusal of what follows has to carry it.
            if (document.RootElement.TryGetProperty("id", out var id))
                ReadId(id);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "id")
                    continue;
                if (!Has(property.Name))
                    throw new CalendarRequestException($"\"{Shorten(property.Name)}\" is not a property of a request");
                Set(property.Name, property.Value.ValueKind switch
                {
                    JsonValueKind.String => property.Value.GetString()!,
                    JsonValueKind.Number when property.Name == "limit" => property.Value.GetRawText(),
                    _ => throw new CalendarRequestException($"{property.Name} is not a string"),
                });
            }
        }
        catch (JsonException)
        {
            throw new CalendarRequestException("the request is not valid JSON");
        }
        catch (InvalidOperationException)
        {
            // Text with half a surrogate pair.
            throw new CalendarRequestException("the request is not valid Unicode");
        }
    }

    public void Run(JsonLines lines)
    {
        var zone = _zone is null ? null : FindZone(_zone);
        if (IsExpand)
            RunExpand(lines, zone ?? throw Missing("zone"));
        else
            RunRule(lines, zone);
    }

    private void RunExpand(JsonLines lines, DateTimeZone zone)
    {
        var from = Time("from", _from ?? throw Missing("from"));
        var to = Time("to", _to ?? throw Missing("to"));
        var clock = CalendarZones.Clock(zone);
        var window = (From: Seconds(from, clock), To: Seconds(to, clock));
        RequireOrder(window.From, window.To);
        using var stream = Open();
        var problems = new CalendarProblems();
        try
        {
            var calendar = ExpandableCalendar.Read(stream, problems);
            if (calendar.Series.Count == 0 && !calendar.IsCalendar)
                throw new CalendarRequestException($"{_file ?? "ics"} is not an iCalendar file");
            new ExpansionPrinter(calendar, clock, lines, Id).Print(window.From, window.To);
        }
        catch (CalendarLimitException exception)
        {
            throw new CalendarRequestException(exception.Message);
        }
    }

    private void RunRule(JsonLines lines, DateTimeZone? zone)
    {
        var text = _rule ?? throw Missing("rule");
        if (text.StartsWith("RRULE:", StringComparison.OrdinalIgnoreCase))
            text = text["RRULE:".Length..];
        if (!RecurrenceRule.TryParse(text, out var rule, out var reason))
            throw new CalendarRequestException($"rule: {reason}");
        var start = Time("dtstart", _start ?? throw Missing("dtstart"));
        var clock = start.Kind switch
        {
            CalendarTimeKind.Utc => ZoneClock.Utc,
            CalendarTimeKind.Floating when zone is not null => CalendarZones.Clock(zone),
            _ => null,
        };
        long from = long.MinValue, to = long.MaxValue;
        if (_from is not null)
            from = Bound(Time("from", _from), start, zone);
        if (_to is not null)
            to = Bound(Time("to", _to), start, zone);
        RequireOrder(from, to);
        var isEndless = rule.Count is null && rule.Until is null && _to is null;
        RulePrinter.Print(rule, start, clock, from, to, Limit() ?? (isEndless ? RulePrinter.DefaultEndlessLimit : int.MaxValue), lines, Id);
    }

    private static void RequireOrder(long from, long to)
    {
        if (from > to)
            throw new CalendarRequestException("from is after to");
    }

    private int? Limit()
    {
        if (_limit is null)
            return null;
        return int.TryParse(_limit, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0
            ? limit : throw new CalendarRequestException($"limit: \"{Shorten(_limit)}\" is not a whole number from 1 to {int.MaxValue}");
    }

    private Stream Open()
    {
        if (_ics is not null)
            return new MemoryStream(Encoding.UTF8.GetBytes(_ics));
        try
        {
            return File.OpenRead(_file ?? throw Missing("file"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CalendarRequestException($"{Shorten(_file!)} cannot be read: {exception.Message}");
        }
    }

    private static CalendarDateTime Time(string name, string text) =>
        CalendarDateTime.TryParse(text, zoneId: null, out var value, out var reason)
            ? value : throw new CalendarRequestException($"{name}: \"{Shorten(text)}\" {reason}");

    private static DateTimeZone FindZone(string name) =>
        new CalendarZones().Find(name) ?? throw new CalendarRequestException($"zone: \"{Shorten(name)}\" is not a time zone");

    /// <summary>UTC seconds of a time; what has no zone of its own is on the clock given.</summary>
    private static long Seconds(CalendarDateTime time, ZoneClock clock) =>
        time.Kind == CalendarTimeKind.Utc ? time.LocalSeconds : clock.ToUtc(time.LocalSeconds);

    /// <summary>A bound in the seconds that are printed: UTC where DTSTART has a zone, else wall clock.</summary>
    private static long Bound(CalendarDateTime bound, CalendarDateTime start, DateTimeZone? zone)
    {
        var clock = zone is null ? ZoneClock.Utc : CalendarZones.Clock(zone);
        if (start.Kind == CalendarTimeKind.Utc || (start.Kind == CalendarTimeKind.Floating && zone is not null))
            return Seconds(bound, clock);
        return bound.Kind == CalendarTimeKind.Utc ? clock.ToLocal(bound.LocalSeconds) : bound.LocalSeconds;
    }

    private static CalendarRequestException Missing(string name) => new(
        name is "rule" or "file" ? $"the {name} is missing" : $"{name} is missing (--{name} on the command line)");

    private void ReadId(JsonElement id)
    {
        if (id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            throw new CalendarRequestException("id is neither a string nor a number");
        Id = Encoding.UTF8.GetBytes(id.GetRawText());
        if (Id.Length > 1000)
        {
            Id = null;
            throw new CalendarRequestException("id is longer than 1000 bytes");
        }
    }

    private bool Has(string name) => name switch
    {
        "file" or "ics" => IsExpand,
        "rule" or "dtstart" or "limit" => !IsExpand,
        _ => name is "from" or "to" or "zone",
    };

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "file":
                _file = value;
                break;
            case "ics":
                _ics = value;
                break;
            case "rule":
                _rule = value;
                break;
            case "dtstart":
                _start = value;
                break;
            case "from":
                _from = value;
                break;
            case "to":
                _to = value;
                break;
            case "zone":
                _zone = value;
                break;
            case "limit":
                _limit = value;
                break;
        }
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..99] + "…";
}
