using System.Runtime.CompilerServices;

namespace EdgeDb.Core.Connections;

/// <summary>Makes shapes, and keeps those of the statements it sees again and again.</summary>
public static class QueryShapes
{
    /// <summary>Longest <see cref="QueryShape.Text"/>, in characters; what follows is left out and still counts for the id.</summary>
    public const int MaxTextLength = 1000;

    private const int MaxNameLength = 200;

    // Statements are constants, so the probe compares references, as the statement cache does. Four places for each start: with one,
    // two of the service's hundred constants would fall on the same place and be normalised again at every call.
    private const int Ways = 4;
    private const int Slots = 512;

    // Longer texts are put together for one call (a bulk insert) and would be kept alive in vain.
    private const int MaxCachedLength = 4096;

    private static readonly Cached?[] Cache = new Cached?[Slots];
    private static int _replaced;

    /// <summary>
    /// The shape of an SQL statement of SQLite or PostgreSQL. Values, parameters, comments, white space and the case of unquoted words do not
    /// matter; lists of values (IN, VALUES, ARRAY) count as one value. Takes time linear in the text at first, and a look-up by
    /// reference (2 ns on a PC) for a constant. Never fails: a text that is not SQL has a shape too.
    /// </summary>
    /// <remarks>
    /// Values never reach the text of a shape, also not those of comments, of strings that do not end, and of dollar-quoted ones. Names do,
    /// quoted ones as well.
    /// </remarks>
    public static QueryShape Of(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        var start = RuntimeHelpers.GetHashCode(sql) & (Slots - 1);
        for (var way = 0; way < Ways; way++)
            if (Volatile.Read(ref Cache[start ^ way]) is { } cached && ReferenceEquals(cached.Sql, sql))
                return cached.Shape;
        return Read(sql, start);
    }

    /// <summary>The shape of work that is not SQL, for example "redis.get" or "http.get feeds". Hold it in a static field.</summary>
    /// <param name="name">Up to 200 characters, and no values in it.</param>
    /// <param name="class">What it asks of its endpoint.</param>
    public static QueryShape Named(string name, QueryClass @class)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxNameLength, nameof(name));
        return new(Fingerprint.Of(name, kind: 'n'), name, @class);
    }

    private static QueryShape Read(string sql, int start)
    {
        var shape = SqlNormalizer.Read(sql);
        if (sql.Length <= MaxCachedLength)
        {
            var way = 0;
            while (way < Ways && Volatile.Read(ref Cache[start ^ way]) is not null)
                way++;
            if (way == Ways)
                way = Interlocked.Increment(ref _replaced) & (Ways - 1);
            Volatile.Write(ref Cache[start ^ way], new(sql, shape));
        }
        return shape;
    }

    private sealed record Cached(string Sql, QueryShape Shape);
}
