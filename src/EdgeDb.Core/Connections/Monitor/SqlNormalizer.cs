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

    // PostgreSQL cuts names at 63 bytes. A bound, so that looking for the end of a dollar-quoted string stays linear.
    private const int MaxTagLength = 64;

    private static readonly SearchValues<char> OperatorCharacters = SearchValues.Create("<>=!~|&@#%^*/");

    private readonly ReadOnlySpan<char> _sql;
    private ShapeWriter _shape;
    private SqlClassifier _class;
    private int _at;

    private SqlNormalizer(ReadOnlySpan<char> sql, ShapeWriter shape)
    {
        _sql = sql;
        _shape = shape;
    }

    private readonly char Next => Peek(1);

    public static QueryShape Read(ReadOnlySpan<char> sql)
    {
        // A character becomes at most two: an operator gets spaces, an empty IN list a value.
        var capacity = (int)Math.Min((sql.Length * 2L) + 16, MaxLength);
        var rented = ArrayPool<char>.Shared.Rent(capacity);
        Span<ShapeWriter.Level> levels = stackalloc ShapeWriter.Level[ShapeWriter.MaxDepth];
        levels[0] = default;
        var reader = new SqlNormalizer(sql, new(rented.AsSpan(0, capacity), levels));
        while (reader._at < sql.Length && !reader._shape.IsFull)
            reader.ReadToken();
        var shape = reader.ToShape();
        ArrayPool<char>.Shared.Return(rented);
        return shape;
    }

    private readonly QueryShape ToShape()
    {
        var text = _shape.Text.TrimEnd("; ");
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
                _shape.WriteValue();
                break;
            case '@' or ':' when StartsWord(Next):
                _at++;
                SkipWord();
                _shape.WriteValue();
                break;
            case ':' when Next == ':':
                _at += 2;
                _shape.Write("::", SqlToken.Cast);
                break;
            case '(':
                _at++;
                _shape.Open("(", SqlToken.Open, _shape.LastToken is "in" ? ShapeWriter.List.Items : ShapeWriter.List.None);
                break;
            case '[':
                _at++;
                _shape.Open("[", SqlToken.OpenBracket, _shape.LastToken is "array" ? ShapeWriter.List.Items : ShapeWriter.List.None);
                break;
            case ')':
                _at++;
                _shape.Close(")", SqlToken.Close);
                break;
            case ']':
                _at++;
                _shape.Close("]", SqlToken.CloseBracket);
                break;
            case ',':
                _at++;
                _shape.WriteComma();
                break;
            case ';':
                _at++;
                _class.EndStatement();
                _shape.EndStatement();
                break;
            case '+':
            case '-' when Next != '>':
                _shape.WriteSign(_sql.Slice(_at++, 1));
                break;
            case '.' when !char.IsAsciiDigit(Next):
                _at++;
                _shape.Write(".", SqlToken.Dot);
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

        var (after, startsList) = (_shape.Token, _shape.IsAtListStart);
        var afterFor = _shape.LastToken is "for";
        var keepsLiteral = _shape.LastToken is "is" or "not" or "set";
        if (!_shape.WriteWord(word) || after == SqlToken.Dot)
            return;

        var written = _shape.LastToken;
        // Values as well, but not in IS NULL, NOT NULL and SET NULL.
        if (written is "null" or "true" or "false" && !keepsLiteral)
        {
            _shape.ReplaceByValue();
            return;
        }

        _class.Word(written, after, afterFor, _shape.Depth);
        if (startsList && written is "select" or "with")
            _shape.SetList(ShapeWriter.List.None);
        if (written is "values")
            _shape.SetList(ShapeWriter.List.Rows);
        if (IsKeyword(written))
            _shape.MarkKeyword();
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
        _shape.WriteValue();
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
                _shape.WriteValue();
                return;
            }
            _at += end + 1;
            if (Peek(0) != quote)
                break;
            _at++;
        }
        _shape.Write(_sql[start.._at], SqlToken.Name);
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
        _shape.WriteValue();
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

        _shape.WriteNumber();
    }

    private void ReadOperator()
    {
        var start = _at++;
        if (_sql[start] == '-' || OperatorCharacters.Contains(_sql[start]))
            while (ContinuesOperator())
                _at++;
        _shape.Write(_sql[start.._at], SqlToken.Operator);
    }

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

    /// <summary>Words that an expression or a list follows: a minus after them is a sign, a parenthesis no call.</summary>
    private static bool IsKeyword(ReadOnlySpan<char> word) => word is
        "all" or "and" or "as" or "between" or "by" or "case" or "default" or "distinct" or "else" or "escape" or "except" or "exists" or "filter"
        or "for" or "from" or "glob" or "having" or "ilike" or "in" or "intersect" or "is" or "join" or "like" or "limit" or "match" or "not"
        or "offset" or "on" or "or" or "over" or "regexp" or "return" or "returning" or "select" or "set" or "then" or "to" or "union" or "using"
        or "values" or "when" or "where" or "with";
}
