namespace EdgeDb.Core.Connections;

/// <summary>
/// The text of a shape as <see cref="SqlNormalizer"/> writes it: tokens with one space between them where people would put one. Lists of values collapse
/// while they are written: an item like the one before it is taken back, so that a list is as long as it has different items.
/// </summary>
/// <param name="text">Receives the text.</param>
/// <param name="levels">Room for <see cref="MaxDepth"/> levels of parentheses; deeper lists do not collapse.</param>
internal ref struct ShapeWriter(Span<char> text, Span<ShapeWriter.Level> levels)
{
    /// <summary>Levels of parentheses whose lists collapse.</summary>
    public const int MaxDepth = 32;

    private readonly Span<char> _text = text;
    private readonly Span<Level> _levels = levels;
    private int _length;
    private int _tokenStart;
    private SqlToken _beforeSign;
    private int _signStart;

    /// <summary>What the items of a level are.</summary>
    public enum List
    {
        /// <summary>No values.</summary>
        None,

        /// <summary>Of IN (…) or ARRAY […]: they end at a comma.</summary>
        Items,

        /// <summary>Of VALUES: each in parentheses of its own.</summary>
        Rows,
    }

    /// <summary>There was no room for a token; what follows is left out.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Kind of the token written last.</summary>
    public SqlToken Token { get; private set; }

    /// <summary>Open parentheses and brackets.</summary>
    public int Depth { get; private set; }

    /// <summary>The token written last.</summary>
    public readonly ReadOnlySpan<char> LastToken => _text[_tokenStart.._length];

    /// <summary>The next token is the first of a list's.</summary>
    public readonly bool IsAtListStart => Token == SqlToken.Open && At(List.Items);

    /// <summary>All of it.</summary>
    public readonly ReadOnlySpan<char> Text => _text[.._length];

    /// <summary>Writes a token. False when there is no room for more.</summary>
    public bool Write(scoped ReadOnlySpan<char> token, SqlToken kind)
    {
        if (_length + token.Length + 1 > _text.Length)
        {
            IsFull = true;
            return false;
        }
        if (At(List.Rows) && kind is not (SqlToken.Open or SqlToken.Comma or SqlToken.Close))
            _levels[Depth].List = List.None;
        if (NeedsSpace(kind))
            _text[_length++] = ' ';
        _tokenStart = _length;
        token.CopyTo(_text[_length..]);
        _length += token.Length;
        Token = kind;
        return true;
    }

    /// <summary>Writes a value or a parameter.</summary>
    public void WriteValue() => Write("?", SqlToken.Value);

    /// <summary>Writes a number. Its sign is part of it (of a parameter it is an operator): else x = 5 and x = -5 were two shapes.</summary>
    public void WriteNumber()
    {
        if (Token == SqlToken.Sign)
            (_length, Token) = (_signStart, _beforeSign);
        WriteValue();
    }

    /// <summary>Writes a plus or minus, which is an operator after an operand and a sign elsewhere.</summary>
    public void WriteSign(scoped ReadOnlySpan<char> sign)
    {
        var binary = Token is SqlToken.Name or SqlToken.Value or SqlToken.Close or SqlToken.CloseBracket;
        if (!binary && Token != SqlToken.Sign)
            (_signStart, _beforeSign) = (_length, Token);
        Write(sign, binary ? SqlToken.Operator : SqlToken.Sign);
    }

    /// <summary>Writes an unquoted word, in lower case: both dialects fold these in ASCII only. False when there is no room for it.</summary>
    public bool WriteWord(scoped ReadOnlySpan<char> word)
    {
        if (!Write(word, SqlToken.Name))
            return false;
        foreach (ref var c in _text[_tokenStart.._length])
            if (char.IsAsciiLetterUpper(c))
                c |= ' ';
        return true;
    }

    /// <summary>The last word is a keyword.</summary>
    public void MarkKeyword() => Token = SqlToken.Keyword;

    /// <summary>The last word is a value.</summary>
    public void ReplaceByValue()
    {
        _length = _tokenStart;
        _text[_length++] = '?';
        Token = SqlToken.Value;
    }

    /// <summary>Says what the items of the level are from here on.</summary>
    public readonly void SetList(List list)
    {
        if (Depth < MaxDepth)
            _levels[Depth] = new() { List = list };
    }

    /// <summary>Writes a comma, and ends the item of a list.</summary>
    public void WriteComma()
    {
        if (!At(List.Items))
        {
            Write(",", SqlToken.Comma);
            return;
        }
        EndItem();
        Write(",", SqlToken.Comma);
        _levels[Depth].ItemStart = _length + 1;
    }

    /// <summary>Writes a semicolon, and ends every list.</summary>
    public void EndStatement()
    {
        Depth = 0;
        SetList(List.None);
        if (Token is not (SqlToken.None or SqlToken.Semicolon))
            Write(";", SqlToken.Semicolon);
    }

    /// <summary>Writes an opening parenthesis or bracket.</summary>
    public void Open(scoped ReadOnlySpan<char> text, SqlToken kind, List list)
    {
        Write(text, kind);
        if (At(List.Rows))
            _levels[Depth].ItemStart = _tokenStart;
        if (++Depth < MaxDepth)
            _levels[Depth] = new() { List = list, ItemStart = _length };
    }

    /// <summary>Writes a closing parenthesis or bracket.</summary>
    public void Close(scoped ReadOnlySpan<char> text, SqlToken kind)
    {
        if (At(List.Items))
            EndItem();
        Depth = Math.Max(0, Depth - 1);
        Write(text, kind);
        if (At(List.Rows))
            EndItem();
    }

    private void EndItem()
    {
        ref var level = ref _levels[Depth];
        if (level.ItemStart >= _length)
        {
            // IN () and ARRAY[] are lists of no length.
            if (level.PreviousEnd == 0)
                WriteValue();
            return;
        }
        if (level.PreviousEnd > 0 && _text[level.PreviousStart..level.PreviousEnd].SequenceEqual(_text[level.ItemStart.._length]))
            _length = _tokenStart = level.PreviousEnd;
        else
            (level.PreviousStart, level.PreviousEnd) = (level.ItemStart, _length);
    }

    private readonly bool NeedsSpace(SqlToken kind) => kind switch
    {
        SqlToken.Comma or SqlToken.Close or SqlToken.CloseBracket or SqlToken.Semicolon or SqlToken.Dot or SqlToken.Cast => false,
        _ when Token is SqlToken.None or SqlToken.Open or SqlToken.OpenBracket or SqlToken.Dot or SqlToken.Cast => false,
        SqlToken.Open => Token != SqlToken.Name,
        SqlToken.OpenBracket => Token is not (SqlToken.Name or SqlToken.Close or SqlToken.CloseBracket),
        SqlToken.Sign => true,
        _ => Token != SqlToken.Sign,
    };

    private readonly bool At(List list) => Depth < MaxDepth && _levels[Depth].List == list;

    /// <summary>A level of parentheses, and where its items are.</summary>
    internal struct Level
    {
        public List List;
        public int ItemStart;
        public int PreviousStart;
        public int PreviousEnd;
    }
}
