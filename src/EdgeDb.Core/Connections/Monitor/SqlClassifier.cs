namespace EdgeDb.Core.Connections;

/// <summary>Finds the class of a statement from its words, in the order they come.</summary>
internal struct SqlClassifier
{
    private Verb _verb;
    private bool _explains;
    private bool _runs;
    private bool _writes;
    private bool _reads;

    private enum Verb
    {
        None,
        Read,
        With,
        Write,
        Copy,
        Other,
    }

    /// <summary>Of everything read so far. Of several statements, a write decides.</summary>
    public readonly QueryClass Class
    {
        get
        {
            var (reads, writes) = Ended();
            return writes ? QueryClass.Write : reads ? QueryClass.Read : QueryClass.Other;
        }
    }

    /// <summary>A semicolon: what follows is another statement.</summary>
    public void EndStatement()
    {
        (_reads, _writes) = Ended();
        (_verb, _explains, _runs) = (Verb.None, false, false);
    }

    /// <param name="word">In lower case.</param>
    /// <param name="after">What stands before it.</param>
    /// <param name="afterFor">The word before it is FOR.</param>
    /// <param name="depth">Parentheses around it.</param>
    public void Word(ReadOnlySpan<char> word, SqlToken after, bool afterFor, int depth)
    {
        switch (_verb)
        {
            case Verb.None when _explains:
                // Its options may stand in parentheses. Without ANALYZE nothing runs.
                if (word is "analyze" or "analyse")
                    _runs = true;
                else if (depth == 0 && Of(word) is not Verb.Other and var explained)
                    _verb = explained;
                break;
            case Verb.None when word is "explain":
                _explains = true;
                break;
            case Verb.None:
                _verb = Of(word);
                break;
            case Verb.Read or Verb.With:
                // SELECT … INTO makes a table; FOR UPDATE and FOR SHARE lock rows, which no replica does.
                if ((depth == 0 && word is "into") || (afterFor && word is "update" or "share" or "no" or "key"))
                    _verb = Verb.Write;
                // The main verb after the last common table expression, or a verb inside of one.
                else if (_verb == Verb.With && word is "insert" or "update" or "delete" or "merge" or "replace"
                    && (after == SqlToken.Open || (after == SqlToken.Close && depth == 0)))
                    _verb = Verb.Write;
                break;
            case Verb.Copy when depth == 0 && word is "from":
                _verb = Verb.Write;
                break;
        }
    }

    private static Verb Of(ReadOnlySpan<char> word) => word switch
    {
        "select" or "values" or "table" => Verb.Read,
        "with" => Verb.With,
        "copy" => Verb.Copy,
        "insert" or "update" or "delete" or "replace" or "merge" or "create" or "alter" or "drop" or "truncate" or "grant" or "revoke" or "comment"
            or "reindex" or "vacuum" or "analyze" or "refresh" or "import" or "call" or "do" or "lock" or "cluster" => Verb.Write,
        _ => Verb.Other,
    };

    private readonly (bool Reads, bool Writes) Ended() => (
        _reads || (_explains && !_runs) || _verb is Verb.Read or Verb.With or Verb.Copy,
        _writes || (_verb == Verb.Write && (!_explains || _runs)));
}
