namespace EdgeDb.Core.Connections;

/// <summary>The types of RESP3. Both forms of an error are one kind, and so are the three spellings of null; attributes are no values and are skipped.</summary>
internal enum RespKind : byte
{
    /// <summary>Nothing was read yet.</summary>
    None,
    SimpleString,
    BulkString,

    /// <summary>A bulk string with a format of three letters before it.</summary>
    VerbatimString,
    Number,
    Double,

    /// <summary>An integer of any length, kept as its digits.</summary>
    BigNumber,
    Boolean,
    Null,
    Error,
    Array,

    /// <summary>Fields and values in turn.</summary>
    Map,
    Set,

    /// <summary>Out of band: not the answer to a command.</summary>
    Push,
}
