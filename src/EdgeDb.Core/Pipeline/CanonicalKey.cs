using System.Collections.Immutable;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// What names an answer: route, row, audience and the parameters that the route knows, decoded, in the route's order, sets sorted. Two requests with the
/// same key have the same answer.
/// <para>Form: <c>route US row US audience (US index value)*</c>, with US = 0x1F and index = 'a' for the route's first parameter. Nothing needs escaping:
/// a value with a control character has no key.</para>
/// </summary>
internal static class CanonicalKey
{
    /// <summary>Room that a key may need; a longer request has no key and is answered for itself.</summary>
    public const int MaxLength = 1024;

    private const int MaxValues = 64;
    private const char Separator = '\x1f';

    /// <summary>Where a value lies among the decoded ones, and whose it is.</summary>
    private readonly record struct Value(short Parameter, short Start, short Length);

    /// <summary>Writes the key of a request. Allocates nothing.</summary>
    /// <param name="destination">Takes the key; <see cref="MaxLength"/> characters.</param>
    /// <param name="route">Name of the route.</param>
    /// <param name="row">The row in its path; empty without one.</param>
    /// <param name="audience">Who may see the answer: role, member and what else decides what is in it.</param>
    /// <param name="parameters">What the route knows.</param>
    /// <param name="query">The query string as it came, with or without '?'.</param>
    /// <returns>
    /// Length of the key; 0 when there is none: an unknown or a repeated parameter, a control character, too long. The route then tells what is wrong.
    /// </returns>
    public static int Write(
        Span<char> destination, ReadOnlySpan<char> route, ReadOnlySpan<char> row, ReadOnlySpan<char> audience,
        ImmutableArray<AnswerParameter> parameters, ReadOnlySpan<char> query)
    {
        var length = route.Length + row.Length + audience.Length + 2;
        if (length > destination.Length || HasControl(row) || HasControl(audience))
            return 0;
        route.CopyTo(destination);
        destination[route.Length] = Separator;
        row.CopyTo(destination[(route.Length + 1)..]);
        destination[route.Length + 1 + row.Length] = Separator;
        audience.CopyTo(destination[(length - audience.Length)..]);
        if (query.Length <= 1)
            return length;

        Span<Value> values = stackalloc Value[MaxValues];
        Span<char> texts = stackalloc char[MaxLength];
        var count = Read(query, parameters, values, texts);
        for (var i = 0; i < count; i++)
        {
            var text = Text(values[i], texts);
            if (i > 0 && values[i].Parameter == values[i - 1].Parameter)
            {
                if (!parameters[values[i].Parameter].IsSet)
                    return 0;
                if (text.SequenceEqual(Text(values[i - 1], texts)))
                    continue;
            }

            if (length + 2 + text.Length > destination.Length)
                return 0;
            destination[length++] = Separator;
            destination[length++] = (char)('a' + values[i].Parameter);
            text.CopyTo(destination[length..]);
            length += text.Length;
        }

        return count < 0 ? 0 : length;
    }

    /// <summary>The row of a key; empty without one.</summary>
    public static string Row(string key) => key.Split(Separator, 3)[1];

    /// <summary>Who may see the answer of a key, as it was given to <see cref="Write"/>.</summary>
    public static string Audience(string key) => key.Split(Separator, 4)[2];

    /// <summary>The values of a key, in its order.</summary>
    public static IEnumerable<(string Name, string Value)> Values(string key, ImmutableArray<AnswerParameter> parameters)
    {
        foreach (var part in key.Split(Separator).Skip(3))
            yield return (parameters[part[0] - 'a'].Name, part[1..]);
    }

    /// <summary>Reads the query into values in canonical order. Returns how many, or -1 where there is no key.</summary>
    private static int Read(ReadOnlySpan<char> query, ImmutableArray<AnswerParameter> parameters, Span<Value> values, Span<char> texts)
    {
        if (query is ['?', ..])
            query = query[1..];
        int count = 0, used = 0;
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            if (pair.IsEmpty)
                continue;
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals];
            var parameter = IndexOf(parameters, name);
            if (parameter < 0 || count == values.Length || !TryDecode(equals < 0 ? [] : pair[(equals + 1)..], texts[used..], out var length))
                return -1;
            Insert(values, count++, new((short)parameter, (short)used, (short)length), texts);
            used += length;
        }

        return count;
    }

    /// <summary>Few values, most often in order already: insertion beats any other sort.</summary>
    private static void Insert(Span<Value> values, int count, Value value, ReadOnlySpan<char> texts)
    {
        var at = count;
        for (; at > 0; at--)
        {
            var left = values[at - 1];
            var order = left.Parameter - value.Parameter;
            if (order < 0 || (order == 0 && Text(left, texts).SequenceCompareTo(Text(value, texts)) <= 0))
                break;
            values[at] = left;
        }

        values[at] = value;
    }

    /// <summary>Decodes as a server reads a query: '+' is a space, percent signs hide UTF-8.</summary>
    private static bool TryDecode(ReadOnlySpan<char> encoded, Span<char> text, out int length)
    {
        length = encoded.Length;
        if (length > text.Length)
            return false;
        encoded.CopyTo(text);
        text = text[..length];
        if (text.ContainsAny('+', '%'))
        {
            text.Replace('+', ' ');
            // In place: decoded text is never longer.
            if (!Uri.TryUnescapeDataString(text, text, out length))
                return false;
        }

        return !HasControl(text[..length]);
    }

    private static int IndexOf(ImmutableArray<AnswerParameter> parameters, ReadOnlySpan<char> name)
    {
        for (var i = 0; i < parameters.Length; i++)
            if (name.SequenceEqual(parameters[i].Name))
                return i;
        return -1;
    }

    private static ReadOnlySpan<char> Text(Value value, ReadOnlySpan<char> texts) => texts.Slice(value.Start, value.Length);

    private static bool HasControl(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\0', Separator);
}
