namespace EdgeDb.Core.Calendars;

/// <summary>
/// Walks over the delimiters (<c>; , : =</c>) of a parameter list that stand outside of quotes. A quote opens only at the start of a value and
/// closes only before a delimiter, so that a literal quote inside a quoted comment (seen in Proton's exports) does not lose the value.
/// </summary>
internal ref struct ParameterScanner(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _position;

    // Once no closing quote was found none follows: without this a list of opening quotes would cost the square of its length.
    private bool _noMoreClosing;

    /// <summary>True when a value began with a quote.</summary>
    public bool SawQuote { get; private set; }

    /// <summary>The index of the next delimiter, or false at the end.</summary>
    public bool Next(out int index)
    {
        while (_position < _text.Length)
        {
            var offset = _text[_position..].IndexOfAny(";,:=\""u8);
            if (offset < 0)
                break;
            index = _position + offset;
            _position = index + 1;
            if (_text[index] != '"')
                return true;
            if (index > 0 && _text[index - 1] is (byte)'=' or (byte)',')
                SkipQuoted();
        }
        index = _position = _text.Length;
        return false;
    }

    private void SkipQuoted()
    {
        SawQuote = true;
        var at = _position;
        while (!_noMoreClosing)
        {
            var offset = _text[at..].IndexOf((byte)'"');
            if (offset < 0)
            {
                _noMoreClosing = true;
                return;
            }
            at += offset + 1;
            if (at == _text.Length || _text[at] is (byte)';' or (byte)',' or (byte)':')
            {
                _position = at;
                return;
            }
        }
    }
}
