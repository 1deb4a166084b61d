namespace EdgeDb.Core.Calendars;

/// <summary>
/// The indices BYSETPOS selects of a period's set, ascending and each once: the positions counted from the start and those counted
/// from the end are two ascending runs of one sorted list, merged on the way.
/// </summary>
/// <param name="positions">Ascending, so the negative ones come first; empty when the rule has no BYSETPOS.</param>
internal struct SetPositionCursor(int[] positions)
{
    private long _size;
    private int _fromEnd;
    private int _fromStart;

    public readonly bool IsUsed => positions.Length > 0;

    /// <summary>0-based index of the next instance selected; -1 when there is none left.</summary>
    public long Current { get; private set; } = -1;

    /// <summary>Begins the set of the next period.</summary>
    public void Begin(long size)
    {
        _size = size;
        _fromEnd = 0;
        _fromStart = 0;
        while (_fromStart < positions.Length && positions[_fromStart] < 0)
            _fromStart++;
        Current = -1;
        Next();
    }

    /// <summary>Goes to the next index.</summary>
    public void Next()
    {
        while (_fromEnd < positions.Length && positions[_fromEnd] < 0 && _size + positions[_fromEnd] <= Current)
            _fromEnd++;
        while (_fromStart < positions.Length && positions[_fromStart] - 1 <= Current)
            _fromStart++;
        var next = long.MaxValue;
        if (_fromEnd < positions.Length && positions[_fromEnd] < 0)
            next = _size + positions[_fromEnd];
        if (_fromStart < positions.Length)
            next = Math.Min(next, positions[_fromStart] - 1);
        Current = next < _size ? next : -1;
    }
}
