using System.Buffers;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Writes a statement without its values in one pass over it, in the spirit of <c>sqlite3_normalized_sql</c> and of pg_stat_statements, but from
/// the text alone and for both dialects at once. Where they differ, the reading that shows less is taken: block comments nest (PostgreSQL), and what
/// does not end (a string, a comment, a quoted name) hides the rest.
/// </summary>
/// <remarks>
/// Known limits: a backslash ends nothing in a plain string, as in SQLite and in PostgreSQL since 9.1; brackets are subscripts, so a name that SQLite
/// takes in brackets loses its case; two adjacent strings are two values.
/// </remarks>
internal ref struct SqlNormalizer
{
    // What a statement has beyond this is not told apart. Lists of values do not count: they collapse as they are read.
    private const int MaxLength = 16 * 1024;
    private const int MaxDepth = 32;

    // PostgreSQL cuts names at 63 bytes. A bound, so that looking for the end of a dollar-quoted string stays linear.
    private const int MaxTagLength = 64;

    private static readonly SearchValues<char> OperatorCharacters = SearchValues.Create("<>=!~|&@#%^*/");

    private readonly ReadOnlySpan<char> _sql;
    private readonly Span<char> _text;
    private readonly Span<Level> _levels;
    private SqlClassifier _class;
    private int _at;
    private int _length;
    private int _depth;
    private bool _full;

    // The token written last, and what was there before a run of signs.
    private SqlToken _token;
    private int _tokenStart;
    private SqlToken _beforeSign;
    private int _signStart;

    private SqlNormalizer(ReadOnlySpan<char> sql, Span<char> text, Span<Level> levels)
    {
        _sql = sql;
        _text = text;
        _levels = levels;
        _levels[0] = default;
    }

    private enum List
    {
        None,

        /// <summary>Of IN (…) or ARRAY […]: items end at a comma.</summary>
        Items,

        /// <summary>Of VALUES: items are in parentheses of their own.</summary>
        Rows,
    }

    private readonly ReadOnlySpan<char> LastToken => _text[_tokenStart.._length];

    private readonly char Next => Peek(1);

    public static QueryShape Read(ReadOnlySpan<char> sql)
    {
        // A character becomes at most two: an operator gets spaces, an empty IN list a value.
        var capacity = (int)Math.Min((sql.Length * 2L) + 16, MaxLength);
        var rented = ArrayPool<char>.Shared.Rent(capacity);
        var reader = new SqlNormalizer(sql, rented.AsSpan(0, capacity), stackalloc Level[MaxDepth]);
        while (reader._at < sql.Length && !reader._full)
            reader.ReadToken();
        var shape = reader.ToShape();
        ArrayPool<char>.Shared.Return(rented);
        return shape;
    }

    private readonly QueryShape ToShape()
    {
        var text = _text[.._length].TrimEnd("; ");
        var shown = text.Length <= QueryShapes.MaxTextLength ? text.ToString() : string.Concat(text[..(QueryShapes.MaxTextLength - 1)], "…");
        return new(Fingerprint.Of(text, kind: 's'), shown, _class.Class);
    }

    private void ReadToken()
    {
        var c = _sql[_at];
        switch (c)
        {
            case '-' when Next == '-':
                SkipPast("\n");
                break;
            case '/' when Next == '*':
                SkipBlockComment();
                break;
            case '\'':
                ReadString(escapes: false);
                break;
            case '"' or '`':
                ReadQuotedName(c);
                break;
            case '$':
                ReadDollar();
                break;
            case '?':
                _at++;
                SkipDigits();
                Write("?", SqlToken.Value);
                break;
            case '@' or ':' when StartsWord(Next):
                _at++;
                SkipWord();
                Write("?", SqlToken.Value);
                break;
            case ':' when Next == ':':
                _at += 2;
                Write("::", SqlToken.Cast);
                break;
            case '(':
                Open("(", SqlToken.Open, LastToken is "in" ? List.Items : List.None);
                break;
            case '[':
                Open("[", SqlToken.OpenBracket, LastToken is "array" ? List.Items : List.None);
                break;
            case ')':
                Close(")", SqlToken.Close);
                break;
            case ']':
                Close("]", SqlToken.CloseBracket);
                break;
            case ',':
                ReadComma();
                break;
            case ';':
                ReadSemicolon();
                break;
            case '+':
            case '-' when Next != '>':
                ReadSign();
                break;
            case '.' when !char.IsAsciiDigit(Next):
                _at++;
                Write(".", SqlToken.Dot);
                break;
            default:
                if (char.IsAsciiDigit(c) || c == '.')
                    ReadNumber();
                else if (StartsWord(c))
                    ReadWord();
                else if (c <= ' ' || c == '\uFEFF')
                    _at++;
                else
                    ReadOperator();
                break;
        }
    }

    private void ReadWord()
    {
        var start = _at;
        SkipWord();
        var word = _sql[start.._at];
        if (Peek(0) == '\'' && word.Length == 1 && (word[0] | ' ') is 'e' or 'x' or 'b' or 'n')
        {
            ReadString(escapes: (word[0] | ' ') == 'e');
            return;
        }
        if (Peek(0) == '&' && word is "u" or "U" && Next is '\'' or '"')
        {
            // U&'…' is a string and U&"…" a name, as if it were not there.
            _at++;
            return;
        }

        var after = _token;
        var afterFor = LastToken is "for";
        var keepsLiteral = LastToken is "is" or "not" or "set";
        var startsList = after == SqlToken.Open && At(List.Items);
        if (!Write(word, SqlToken.Name))
            return;
        var written = _text[_tokenStart.._length];
        ToLower(written);
        if (after == SqlToken.Dot)
            return;

        // Values as well, but not in IS NULL, NOT NULL and SET NULL.
        if (written is "null" or "true" or "false" && !keepsLiteral)
        {
            _length = _tokenStart;
            _text[_length++] = '?';
            _token = SqlToken.Value;
            return;
        }

        _class.Word(written, after, afterFor, _depth);
        if (startsList && written is "select" or "with")
            _levels[_depth].List = List.None;
        if (written is "values" && _depth < MaxDepth)
            _levels[_depth] = new() { List = List.Rows };
        if (IsKeyword(written))
            _token = SqlToken.Keyword;
    }

    private void ReadString(bool escapes)
    {
        _at++;
        while (true)
        {
            var rest = _sql[_at..];
            var end = escapes ? rest.IndexOfAny('\'', '\\') : rest.IndexOf('\'');
            if (end < 0)
            {
                _at = _sql.Length;
                break;
            }
            if (rest[end] == '\\')
            {
                _at = Math.Min(_at + end + 2, _sql.Length);
                continue;
            }
            _at += end + 1;
            if (Peek(0) != '\'')
                break;
            _at++;
        }
        Write("?", SqlToken.Value);
    }

    private void ReadQuotedName(char quote)
    {
        var start = _at++;
        while (true)
        {
            var end = _sql[_at..].IndexOf(quote);
            if (end < 0)
            {
                // It may have opened inside of a value.
                _at = _sql.Length;
                Write("?", SqlToken.Value);
                return;
            }
            _at += end + 1;
            if (Peek(0) != quote)
                break;
            _at++;
        }
        Write(_sql[start.._at], SqlToken.Name);
    }

    /// <summary><c>$1</c>, <c>$name</c> (SQLite) or a string <c>$tag$…$tag$</c>, whose tag is case-sensitive.</summary>
    private void ReadDollar()
    {
        var end = _at + 1;
        while (end < _sql.Length && ContinuesWord(_sql[end]) && _sql[end] != '$')
            end++;
        if (end < _sql.Length && _sql[end] == '$' && !char.IsAsciiDigit(Next))
        {
            var tag = _sql[_at..(end + 1)];
            var close = tag.Length <= MaxTagLength ? _sql[(end + 1)..].IndexOf(tag) : -1;
            end = close < 0 ? _sql.Length : end + 1 + close + tag.Length;
        }
        _at = end;
        Write("?", SqlToken.Value);
    }

    private void ReadNumber()
    {
        if (_sql[_at] == '0' && (Next | ' ') is 'x' or 'o' or 'b')
        {
            _at += 2;
            while (char.IsAsciiHexDigit(Peek(0)) || Peek(0) == '_')
                _at++;
        }
        else
        {
            SkipDigits();
            if (Peek(0) == '.')
            {
                _at++;
                SkipDigits();
            }
            if ((Peek(0) | ' ') == 'e' && (char.IsAsciiDigit(Next) || (Next is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
            {
                _at += 2;
                SkipDigits();
            }
        }

        // The sign is part of a number (of a parameter it is an operator): else x = 5 and x = -5 were two shapes.
        if (_token == SqlToken.Sign)
            (_length, _token) = (_signStart, _beforeSign);
        Write("?", SqlToken.Value);
    }

    private void ReadSign()
    {
        var binary = _token is SqlToken.Name or SqlToken.Value or SqlToken.Close or SqlToken.CloseBracket;
        if (!binary && _token != SqlToken.Sign)
            (_signStart, _beforeSign) = (_length, _token);
        Write(_sql.Slice(_at, 1), binary ? SqlToken.Operator : SqlToken.Sign);
        _at++;
    }

    private void ReadOperator()
    {
        var start = _at++;
        if (_sql[start] == '-' || OperatorCharacters.Contains(_sql[start]))
            while (ContinuesOperator())
                _at++;
        Write(_sql[start.._at], SqlToken.Operator);
    }

    private void ReadComma()
    {
        _at++;
        if (!At(List.Items))
        {
            Write(",", SqlToken.Comma);
            return;
        }
        EndItem();
        Write(",", SqlToken.Comma);
        _levels[_depth].ItemStart = _length + 1;
    }

    private void ReadSemicolon()
    {
        _at++;
        _class.EndStatement();
        _depth = 0;
        _levels[0] = default;
        if (_token is not (SqlToken.None or SqlToken.Semicolon))
            Write(";", SqlToken.Semicolon);
    }

    private void Open(ReadOnlySpan<char> text, SqlToken token, List list)
    {
        _at++;
        Write(text, token);
        if (At(List.Rows))
            _levels[_depth].ItemStart = _tokenStart;
        if (++_depth < MaxDepth)
            _levels[_depth] = new() { List = list, ItemStart = _length };
    }

    private void Close(ReadOnlySpan<char> text, SqlToken token)
    {
        _at++;
        if (At(List.Items))
            EndItem();
        _depth = Math.Max(0, _depth - 1);
        Write(text, token);
        if (At(List.Rows))
            EndItem();
    }

    /// <summary>An item like the one before it is taken back: the list is as long as it has different items.</summary>
    private void EndItem()
    {
        ref var level = ref _levels[_depth];
        if (level.ItemStart >= _length)
        {
            // IN () and ARRAY[] are lists of no length.
            if (level.PreviousEnd == 0)
                Write("?", SqlToken.Value);
            return;
        }
        if (level.PreviousEnd > 0 && _text[level.PreviousStart..level.PreviousEnd].SequenceEqual(_text[level.ItemStart.._length]))
            _length = _tokenStart = level.PreviousEnd;
        else
            (level.PreviousStart, level.PreviousEnd) = (level.ItemStart, _length);
    }

    /// <summary>Writes a token after the space it needs. False when there is no room for more.</summary>
    private bool Write(ReadOnlySpan<char> text, SqlToken token)
    {
        if (_length + text.Length + 1 > _text.Length)
        {
            _full = true;
            return false;
        }
        if (At(List.Rows) && token is not (SqlToken.Open or SqlToken.Comma or SqlToken.Close))
            _levels[_depth].List = List.None;
        if (NeedsSpace(token))
            _text[_length++] = ' ';
        _tokenStart = _length;
        text.CopyTo(_text[_length..]);
        _length += text.Length;
        _token = token;
        return true;
    }

    private readonly bool NeedsSpace(SqlToken token) => token switch
    {
        SqlToken.Comma or SqlToken.Close or SqlToken.CloseBracket or SqlToken.Semicolon or SqlToken.Dot or SqlToken.Cast => false,
        _ when _token is SqlToken.None or SqlToken.Open or SqlToken.OpenBracket or SqlToken.Dot or SqlToken.Cast => false,
        SqlToken.Open => _token != SqlToken.Name,
        SqlToken.OpenBracket => _token is not (SqlToken.Name or SqlToken.Close or SqlToken.CloseBracket),
        SqlToken.Sign => true,
        _ => _token != SqlToken.Sign,
    };

    private readonly bool At(List list) => _depth < MaxDepth && _levels[_depth].List == list;

    private readonly char Peek(int ahead) => _at + ahead < _sql.Length ? _sql[_at + ahead] : '\0';

    private readonly bool ContinuesOperator() => Peek(0) switch
    {
        '-' => Next == '>',
        '/' => Next != '*',
        '@' => !StartsWord(Next),
        var c => OperatorCharacters.Contains(c),
    };

    private void SkipPast(ReadOnlySpan<char> end)
    {
        var found = _sql[_at..].IndexOf(end);
        _at = found < 0 ? _sql.Length : _at + found + end.Length;
    }

    private void SkipBlockComment()
    {
        var open = 0;
        do
        {
            var found = _sql[_at..].IndexOfAny('*', '/');
            if (found < 0)
            {
                _at = _sql.Length;
                return;
            }
            _at += found;
            var step = (_sql[_at], Next) switch { ('/', '*') => 1, ('*', '/') => -1, _ => 0 };
            open += step;
            _at += step == 0 ? 1 : 2;
        }
        while (open > 0);
    }

    private void SkipWord()
    {
        while (_at < _sql.Length && ContinuesWord(_sql[_at]))
            _at++;
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Peek(0)) || Peek(0) == '_')
            _at++;
    }

    private static bool StartsWord(char c) => char.IsAsciiLetter(c) || c == '_' || (c >= '\u0080' && c != '\uFEFF');

    private static bool ContinuesWord(char c) => StartsWord(c) || char.IsAsciiDigit(c) || c == '$';

    // Both dialects fold unquoted names in ASCII only.
    private static void ToLower(Span<char> text)
    {
        foreach (ref var c in text)
            if (char.IsAsciiLetterUpper(c))
                c |= ' ';
    }

    /// <summary>Words that an expression or a list follows: a minus after them is a sign, a parenthesis no call.</summary>
    private static bool IsKeyword(ReadOnlySpan<char> word) => word is
        "all" or "and" or "as" or "between" or "by" or "case" or "default" or "distinct" or "else" or "escape" or "except" or "exists" or "filter"
        or "for" or "from" or "glob" or "having" or "ilike" or "in" or "intersect" or "is" or "join" or "like" or "limit" or "match" or "not"
        or "offset" or "on" or "or" or "over" or "regexp" or "return" or "returning" or "select" or "set" or "then" or "to" or "union" or "using"
        or "values" or "when" or "where" or "with";

    private struct Level
    {
        public List List;
        public int ItemStart;
        public int PreviousStart;
        public int PreviousEnd;
    }
}
