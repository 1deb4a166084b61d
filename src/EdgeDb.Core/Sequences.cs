namespace EdgeDb;

/// <summary>
/// <c>Select</c> for all code of the project, found before that of LINQ because this namespace encloses every other. What LINQ returns can be selected from again by a generic virtual
/// method, so natively compiled there is an iterator of every kind for every pair of value types that occur anywhere in the program: 4.5 of the 35 MB of the executable, nearly all of it
/// resident. This one is compiled for the pairs that are asked for.
/// </summary>
internal static class Sequences
{
    /// <summary>What <paramref name="selector"/> makes of each, when it is asked for.</summary>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)
    {
        foreach (var item in source)
            yield return selector(item);
    }
}
