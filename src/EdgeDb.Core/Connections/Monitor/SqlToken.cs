namespace EdgeDb.Core.Connections;

/// <summary>What <see cref="SqlNormalizer"/> wrote last; decides spacing, and whether a minus is a sign.</summary>
internal enum SqlToken
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>A word an expression or a list follows: a minus after it is a sign.</summary>
    Keyword,

    /// <summary>Any other word, and quoted names.</summary>
    Name,

    /// <summary>A value or a parameter, written as a question mark.</summary>
    Value,

    /// <summary>Operators, and a plus or minus between two operands.</summary>
    Operator,

    /// <summary>A plus or minus before an operand.</summary>
    Sign,

    /// <summary>Comma.</summary>
    Comma,

    /// <summary>Dot between names.</summary>
    Dot,

    /// <summary>PostgreSQL's <c>::</c>.</summary>
    Cast,

    /// <summary>Opening parenthesis.</summary>
    Open,

    /// <summary>Closing parenthesis.</summary>
    Close,

    /// <summary>Opening bracket of an array or subscript.</summary>
    OpenBracket,

    /// <summary>Closing bracket.</summary>
    CloseBracket,

    /// <summary>Between two statements.</summary>
    Semicolon,
}
