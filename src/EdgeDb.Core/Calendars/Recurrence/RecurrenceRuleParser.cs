using System.Globalization;
using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Reads the text of an RRULE in one pass. Strict where a guess could show events on wrong days, lenient about form:
/// any case, blanks, empty parts, trailing semicolons, ISO 8601 dates in UNTIL, and extension parts named <c>X-</c>.
/// </summary>
internal ref struct RecurrenceRuleParser
{
    private RecurrenceFrequency? _frequency;
    private int? _interval;
    private int? _count;
    private CalendarDateTime? _until;
    private IsoDayOfWeek _weekStart;
    private int[]? _bySecond;
    private int[]? _byMinute;
    private int[]? _byHour;
    private WeekdayNumber[]? _byDay;
    private int[]? _byMonthDay;
    private int[]? _byYearDay;
    private int[]? _byWeekNumber;
    private int[]? _byMonth;
    private int[]? _bySetPosition;
    private uint _partsSeen;

    public RecurrenceRule? Parse(ReadOnlySpan<char> text, out string? reason)
    {
        foreach (var range in text.Split(';'))
        {
            var part = text[range].Trim();
            if (part.IsEmpty)
                continue;
            var equals = part.IndexOf('=');
            if (equals < 0)
            {
                reason = $"\"{Shorten(part)}\" is not NAME=VALUE";
                return null;
            }

            var name = part[..equals].TrimEnd();
            var value = part[(equals + 1)..].TrimStart();
            reason = value.IsEmpty ? null : ReadPart(name, value);
            if (reason is not null)
                return null;
        }

        reason = Contradiction();
        if (reason is not null)
            return null;

        return new RecurrenceRule
        {
            Frequency = _frequency!.Value,
            Interval = _interval ?? 1,
            Count = _count,
            Until = _until,
            WeekStart = _weekStart == IsoDayOfWeek.None ? IsoDayOfWeek.Monday : _weekStart,
            BySecond = _bySecond ?? [],
            ByMinute = _byMinute ?? [],
            ByHour = _byHour ?? [],
            ByDay = _byDay ?? [],
            ByMonthDay = _byMonthDay ?? [],
            ByYearDay = _byYearDay ?? [],
            ByWeekNumber = _byWeekNumber ?? [],
            ByMonth = _byMonth ?? [],
            BySetPosition = _bySetPosition ?? [],
        };
    }

    private string? ReadPart(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        Span<char> upper = stackalloc char[12];
        if (name.Length > upper.Length || name.ToUpperInvariant(upper) < 0)
            return IsExtension(name) ? null : $"{Shorten(name)} is not a part of a recurrence rule";
        switch (upper[..name.Length])
        {
            case "FREQ":
                return Once(0, name) ?? ReadFrequency(value);
            case "INTERVAL":
                return Once(1, name) ?? ReadPositive(name, value, out _interval);
            case "COUNT":
                return Once(2, name) ?? ReadPositive(name, value, out _count);
            case "UNTIL":
                return Once(3, name) ?? ReadUntil(value);
            case "WKST":
                return Once(4, name) ?? (TryReadWeekday(value, out _weekStart) ? null : $"WKST={Shorten(value)} is not a weekday");
            case "BYSECOND":
                return Once(5, name) ?? ReadNumbers(name, value, 0, 60, signed: false, out _bySecond);
            case "BYMINUTE":
                return Once(6, name) ?? ReadNumbers(name, value, 0, 59, signed: false, out _byMinute);
            case "BYHOUR":
                return Once(7, name) ?? ReadNumbers(name, value, 0, 23, signed: false, out _byHour);
            case "BYDAY":
                return Once(8, name) ?? ReadDays(value);
            case "BYMONTHDAY":
                return Once(9, name) ?? ReadNumbers(name, value, 1, 31, signed: true, out _byMonthDay);
            case "BYYEARDAY":
                return Once(10, name) ?? ReadNumbers(name, value, 1, 366, signed: true, out _byYearDay);
            case "BYWEEKNO":
                return Once(11, name) ?? ReadNumbers(name, value, 1, 53, signed: true, out _byWeekNumber);
            case "BYMONTH":
                return Once(12, name) ?? ReadNumbers(name, value, 1, 12, signed: false, out _byMonth);
            case "BYSETPOS":
                return Once(13, name) ?? ReadNumbers(name, value, 1, 366, signed: true, out _bySetPosition);
            case "RSCALE":
                return value.Equals("GREGORIAN", StringComparison.OrdinalIgnoreCase)
                    ? null : $"RSCALE={Shorten(value)} is not supported: only the Gregorian calendar is";
            case "SKIP":
                return value.Equals("OMIT", StringComparison.OrdinalIgnoreCase)
                    ? null : $"SKIP={Shorten(value)} is not supported: dates that do not exist are omitted";
            default:
                return IsExtension(name) ? null : $"{Shorten(name)} is not a part of a recurrence rule";
        }
    }

    private string? Once(int part, ReadOnlySpan<char> name)
    {
        var bit = 1u << part;
        if ((_partsSeen & bit) != 0)
            return $"{name} is given twice";
        _partsSeen |= bit;
        return null;
    }

    private string? ReadFrequency(ReadOnlySpan<char> value)
    {
        ReadOnlySpan<string> names = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
        for (var i = 0; i < names.Length; i++)
        {
            if (!value.Equals(names[i], StringComparison.OrdinalIgnoreCase))
                continue;
            _frequency = (RecurrenceFrequency)i;
            return null;
        }

        return $"FREQ={Shorten(value)} is not a frequency";
    }

    private static string? ReadPositive(ReadOnlySpan<char> name, ReadOnlySpan<char> value, out int? number)
    {
        number = null;
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var read) || read < 1)
            return $"{name}={Shorten(value)} is not a whole number from 1 to {int.MaxValue}";
        number = read;
        return null;
    }

    private string? ReadUntil(ReadOnlySpan<char> value)
    {
        if (!CalendarDateTime.TryParse(value, zoneId: null, out var until, out var reason))
            return $"UNTIL={Shorten(value)} {reason}";
        _until = until;
        return null;
    }

    private static string? ReadNumbers(
        ReadOnlySpan<char> name, ReadOnlySpan<char> value, int least, int most, bool signed, out int[]? numbers)
    {
        numbers = null;
        // One flag a possible value: sorted and without repeats however long the text is.
        Span<bool> seen = stackalloc bool[2 * 366 + 1];
        seen.Clear();
        var count = 0;
        foreach (var range in value.Split(','))
        {
            var item = value[range].Trim();
            if (item.IsEmpty)
                continue;
            if (!int.TryParse(item, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                || number > most || (number < least && !(signed && number <= -least && number >= -most)))
            {
                return $"{name}={Shorten(item)} is outside of {least}..{most}{(signed ? $" and -{most}..-{least}" : "")}";
            }

            ref var flag = ref seen[number + 366];
            if (!flag)
                count++;
            flag = true;
        }

        if (count == 0)
            return null;
        numbers = new int[count];
        for (int i = 0, next = 0; next < count; i++)
            if (seen[i])
                numbers[next++] = i - 366;
        return null;
    }

    private string? ReadDays(ReadOnlySpan<char> value)
    {
        // 7 weekdays times the ordinals -53..53; index order is the canonical order.
        Span<bool> seen = stackalloc bool[7 * 107];
        seen.Clear();
        var count = 0;
        foreach (var range in value.Split(','))
        {
            var item = value[range].Trim();
            if (item.IsEmpty)
                continue;
            var ordinal = 0;
            if (item.Length < 2 || !TryReadWeekday(item[^2..], out var day)
                || (item.Length > 2 && (!int.TryParse(item[..^2].TrimEnd(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                    out ordinal) || ordinal is 0 or < -53 or > 53)))
            {
                return $"BYDAY={Shorten(item)} is not a weekday such as MO, 2TU or -1FR";
            }

            ref var flag = ref seen[((int)day - 1) * 107 + ordinal + 53];
            if (!flag)
                count++;
            flag = true;
        }

        if (count == 0)
            return null;
        _byDay = new WeekdayNumber[count];
        for (int i = 0, next = 0; next < count; i++)
            if (seen[i])
                _byDay[next++] = new WeekdayNumber((IsoDayOfWeek)(i / 107 + 1), i % 107 - 53);
        return null;
    }

    private static bool TryReadWeekday(ReadOnlySpan<char> text, out IsoDayOfWeek day)
    {
        const string Names = "MOTUWETHFRSASU";
        day = IsoDayOfWeek.None;
        if (text.Length != 2)
            return false;
        for (var i = 0; i < 7; i++)
        {
            if (!text.Equals(Names.AsSpan(2 * i, 2), StringComparison.OrdinalIgnoreCase))
                continue;
            day = (IsoDayOfWeek)(i + 1);
            return true;
        }

        return false;
    }

    /// <summary>The combinations RFC 5545 §3.3.10 forbids; what they would mean is anybody's guess.</summary>
    private readonly string? Contradiction()
    {
        if (_frequency is not { } frequency)
            return "FREQ is missing";
        if (_byWeekNumber is not null && frequency != RecurrenceFrequency.Yearly)
            return "BYWEEKNO is only allowed with FREQ=YEARLY";
        if (_byYearDay is not null && frequency is (RecurrenceFrequency.Daily or RecurrenceFrequency.Weekly or RecurrenceFrequency.Monthly))
            return "BYYEARDAY is not allowed with FREQ=DAILY, WEEKLY or MONTHLY";
        if (_byMonthDay is not null && frequency == RecurrenceFrequency.Weekly)
            return "BYMONTHDAY is not allowed with FREQ=WEEKLY";
        if (_byDay is not null && (frequency < RecurrenceFrequency.Monthly || _byWeekNumber is not null))
        {
            foreach (var day in _byDay)
            {
                if (day.Ordinal == 0)
                    continue;
                return _byWeekNumber is not null
                    ? "BYDAY with a number is not allowed together with BYWEEKNO"
                    : "BYDAY with a number is only allowed with FREQ=MONTHLY or YEARLY";
            }
        }

        if (_bySetPosition is not null && _bySecond is null && _byMinute is null && _byHour is null && _byDay is null
            && _byMonthDay is null && _byYearDay is null && _byWeekNumber is null && _byMonth is null)
        {
            return "BYSETPOS needs another BY part to choose from";
        }

        return null;
    }

    private static bool IsExtension(ReadOnlySpan<char> name) => name.StartsWith("X-", StringComparison.OrdinalIgnoreCase);

    private static string Shorten(ReadOnlySpan<char> text) => text.Length <= 100 ? text.ToString() : $"{text[..99]}…";
}
