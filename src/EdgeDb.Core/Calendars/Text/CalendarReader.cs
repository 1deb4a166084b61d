namespace EdgeDb.Core.Calendars;

/// <summary>
/// Reads an iCalendar stream (RFC 5545, 7986, 6868) component by component. Whatever a program got wrong is reported and stepped over;
/// only a stream over <see cref="CalendarReaderLimits.MaxBytes"/> or <see cref="CalendarReaderLimits.MaxComponents"/> ends reading early.
/// </summary>
/// <remarks>
/// The next component is built only when asked for, so a feed is never in memory as a whole. Time is linear in the bytes of the stream.
/// Not thread-safe. The stream stays open and belongs to the caller.
/// </remarks>
public sealed class CalendarReader : IDisposable
{
    // Texts whose following line, when it is no content line, was meant to belong to them: their line breaks were not escaped.
    private static readonly string[] MultilineTexts = ["DESCRIPTION", "LOCATION", "SUMMARY", "COMMENT", "CONTACT", "X-ALT-DESC"];

    private readonly CalendarProblems _problems;
    private readonly CalendarReaderLimits _limits;
    private readonly ContentLineReader _lines;
    private readonly CalendarNames _names = new();
    private readonly ParameterReader _parameters;
    private readonly ValueBuffer _values = new();
    private readonly List<CalendarProperty> _calendarProperties = [];
    private readonly List<CalendarComponent> _open = [];

    // Built once: a hostile feed has these reported millions of times.
    private readonly string _tooLong;
    private readonly string _droppedParameters;

    private CalendarComponent? _completed;
    private bool _inCalendar;
    private bool _atEnd;
    private int _components;

    // Properties of all calendars, and properties and nested components of the outermost open component.
    private int _countOfCalendars;
    private int _countOfRoot;
    private int _skippedDepth;

    // The list the line before this one added a property to; null when it did not.
    private List<CalendarProperty>? _continuable;

    /// <summary>Starts at the stream's current position.</summary>
    /// <param name="stream">UTF-8, or UTF-16 with a byte order mark.</param>
    /// <param name="problems">Receives what was wrong.</param>
    /// <param name="limits">Null for the defaults.</param>
    public CalendarReader(Stream stream, CalendarProblems problems, CalendarReaderLimits? limits = null)
    {
        _problems = problems;
        _limits = limits ?? CalendarReaderLimits.Default;
        _lines = new ContentLineReader(stream, problems, _limits);
        _parameters = new ParameterReader(_names, _limits);
        _tooLong = $"is longer than {_limits.MaxLineBytes} bytes; the rest was dropped";
        _droppedParameters = $"has parameters without a name or more than {_limits.MaxParameters}; they were dropped";
    }

    /// <summary>Properties of the VCALENDARs read so far, in file order; complete once reading has ended.</summary>
    public IReadOnlyList<CalendarProperty> CalendarProperties => _calendarProperties;

    /// <summary>How many VCALENDARs began so far. 0 at the end means that the stream was something else, such as an error page.</summary>
    public int CalendarCount { get; private set; }

    /// <summary>True when the stream ended inside of a calendar or component: a download that broke off.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>The next direct child of a VCALENDAR, or of the stream when it stands outside of any; null at the end.</summary>
    /// <exception cref="CalendarLimitException">The stream is larger than allowed.</exception>
    public CalendarComponent? Read()
    {
        while (true)
        {
            if (TryReadBuffered(out var component))
                return component;
            if (!_lines.Fill())
                return End();
        }
    }

    /// <inheritdoc cref="Read"/>
    public async ValueTask<CalendarComponent?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryReadBuffered(out var component))
                return component;
            if (!await _lines.FillAsync(cancellationToken).ConfigureAwait(false))
                return End();
        }
    }

    /// <summary>Everything in a text that was read before and is kept: what was wrong with it has been told.</summary>
    /// <exception cref="CalendarLimitException">The text is larger than what is kept.</exception>
    internal static List<CalendarComponent> ReadAll(ReadOnlySpan<byte> text)
    {
        using var stream = new MemoryStream(text.ToArray(), writable: false);
        using var reader = new CalendarReader(stream, CalendarProblems.Ignored);
        var components = new List<CalendarComponent>(1);
        while (reader.Read() is { } component)
            components.Add(component);
        return components;
    }

    /// <summary>Returns the buffers.</summary>
    public void Dispose() => _lines.Dispose();

    private string Current => _open.Count > 0 ? _open[^1].Name : _inCalendar ? "VCALENDAR" : "";

    private bool TryReadBuffered(out CalendarComponent? component)
    {
        while (_completed is null && _lines.TryRead(out var line))
            Take(line);
        component = _completed;
        _completed = null;
        return component is not null;
    }

    private CalendarComponent? End()
    {
        if (!_atEnd)
        {
            _atEnd = true;
            IsTruncated = _inCalendar || _open.Count > 0;
            if (IsTruncated)
                Report(_open.Count > 0 ? _open[0].Name : "VCALENDAR", "", "the file ends before its END", default);
            CloseAll();
        }
        var component = _completed;
        _completed = null;
        return component;
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        if (!ContentLine.TryParse(text, out var line))
        {
            TakeOrphan(text);
            return;
        }
        _continuable = null;
        var name = _names.Get(line.Name);
        if (name == "BEGIN")
            Begin(line.Value.Trim(" \t"u8));
        else if (name == "END")
            Finish(line.Value.Trim(" \t"u8));
        else if (_skippedDepth == 0)
            TakeProperty(name, line);
    }

    private void TakeProperty(string name, ContentLine line)
    {
        if (_open.Count == 0 && !_inCalendar)
        {
            Report("", name, "stands outside of a calendar", line.Value);
            return;
        }
        if (_open.Count > 0 ? !Count(ref _countOfRoot) : !Count(ref _countOfCalendars))
            return;

        var parameters = _parameters.Read(line.Parameters, out var dropped);
        if (dropped)
            Report(Current, name, _droppedParameters, default);
        var (block, offset) = _values.Add(line.Value);
        _continuable = _open.Count > 0 ? _open[^1].Properties : _calendarProperties;
        _continuable.Add(new CalendarProperty(name, parameters, block, offset, line.Value.Length, _lines.LineNumber));
    }

    private void TakeOrphan(ReadOnlySpan<byte> text)
    {
        if (text.Trim(" \t"u8).IsEmpty)
            return;
        if (_continuable is not [.., var last] || !MultilineTexts.Contains(last.Name))
        {
            Report(Current, "", "is not a property; it was skipped", text);
            return;
        }
        if (last.Utf8.Length + text.Length > _limits.MaxLineBytes)
        {
            Report(Current, last.Name, _tooLong, default);
            return;
        }
        Report(Current, last.Name, "is not a property; it was read as the next line of the text before it", text);
        var (block, offset, length) = _values.Extend("\\n"u8, text);
        _continuable[^1] = new CalendarProperty(last.Name, last.Parameters, block, offset, length, last.Line);
    }

    private void Begin(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            Report("", "BEGIN", "names no component", default);
            return;
        }
        var name = _names.Get(value);
        if (name == "VCALENDAR")
        {
            if (_inCalendar || _open.Count > 0)
                Report(_open.Count > 0 ? _open[0].Name : name, "", "has no END before the next calendar begins", default);
            CloseAll();
            CalendarCount++;
            _inCalendar = true;
            return;
        }
        // Nothing nests in these but alarms and observances: one within another means that an END was lost.
        if (_open.Count > 0 && IsTopLevel(name) && IsTopLevel(_open[0].Name))
        {
            Report(_open[0].Name, "", $"has no END before the next {name} begins", default);
            CloseAll();
        }
        if (_skippedDepth > 0)
        {
            _skippedDepth++;
            return;
        }
        if (_open.Count == 0)
        {
            if (++_components > _limits.MaxComponents)
                throw new CalendarLimitException(nameof(CalendarReaderLimits.MaxComponents), _limits.MaxComponents, "components");
            _countOfRoot = 0;
        }
        else if (_open.Count >= _limits.MaxDepth)
        {
            Report(name, "", $"is nested deeper than {_limits.MaxDepth}; it was skipped", default);
            _skippedDepth = 1;
            return;
        }
        else if (!Count(ref _countOfRoot))
        {
            _skippedDepth = 1;
            return;
        }
        var component = new CalendarComponent(name, _lines.LineNumber);
        if (_open.Count > 0)
            _open[^1].Components.Add(component);
        _open.Add(component);
    }

    private void Finish(ReadOnlySpan<byte> value)
    {
        var name = value.IsEmpty ? "" : _names.Get(value);
        if (name == "VCALENDAR")
        {
            if (_open.Count > 0)
                Report(_open[0].Name, "", "has no END before its calendar ends", default);
            else if (!_inCalendar)
                Report(name, "END", "has no BEGIN", default);
            CloseAll();
            _inCalendar = false;
            return;
        }
        // The END of the outermost component ends what is skipped within it, however many ENDs that lacks.
        if (_skippedDepth > 0 && name != _open[0].Name)
        {
            _skippedDepth--;
            return;
        }
        var depth = _open.Count - 1;
        while (depth >= 0 && _open[depth].Name != name)
            depth--;
        if (depth < 0)
        {
            Report(_open.Count > 0 ? _open[^1].Name : name, "END", "has no BEGIN", value);
            return;
        }
        if (depth < _open.Count - 1)
            Report(_open[^1].Name, "", $"has no END before its {name} ends", default);
        if (depth == 0)
            CloseAll();
        else
            _open.RemoveRange(depth, _open.Count - depth);
    }

    private void CloseAll()
    {
        if (_open.Count > 0)
            _completed = _open[0];
        _open.Clear();
        _skippedDepth = 0;
    }

    private bool Count(ref int count)
    {
        if (count++ < _limits.MaxProperties)
            return true;
        if (count == _limits.MaxProperties + 1)
            Report(Current, "", $"has more than {_limits.MaxProperties} properties; the rest was dropped", default);
        return false;
    }

    private static bool IsTopLevel(string name) => name is "VEVENT" or "VTODO" or "VJOURNAL" or "VFREEBUSY" or "VTIMEZONE";

    private void Report(string component, string property, string reason, ReadOnlySpan<byte> value) =>
        _problems.Add(_lines.LineNumber, component, null, property, reason, value);
}
