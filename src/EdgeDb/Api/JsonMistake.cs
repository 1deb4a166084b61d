using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeDb.Core.Household;

namespace EdgeDb.Api;

/// <summary>
/// Says what is wrong with a value of the wrong type. The serializer's own message names types of this program; here the value is looked up in the body, and what
/// would fit in the shape that was read.
/// </summary>
internal static class JsonMistake
{
    private const int MaxShownDigits = 40;

    /// <summary>One sentence; null when the body is no JSON at all, or something else than a type is wrong.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="shape">What was read.</param>
    /// <param name="path">Where reading stopped, as <see cref="JsonException.Path"/> writes it.</param>
    /// <param name="field">How the sentence calls it.</param>
    public static string? Explain(ReadOnlyMemory<byte> body, JsonTypeInfo shape, string? path, string field)
    {
        if (path is not ['$', .. var rest])
            return null;
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = ApiJson.MaxDepth });
            return Find(document.RootElement, shape, rest) is var (value, type) && Expected(type, shape.Options, value) is { } expected
                ? $"{(rest.Length == 0 ? "The body" : $"'{field}'")} must be {expected}; it is {Found(value)}."
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (JsonElement Value, Type Type)? Find(JsonElement value, JsonTypeInfo shape, ReadOnlySpan<char> path)
    {
        var type = shape.Type;
        while (path.Length > 0)
        {
            var end = path[1..].IndexOfAny('.', '[');
            var step = end < 0 ? path : path[..(end + 1)];
            path = path[step.Length..];
            if (!shape.Options.TryGetTypeInfo(type, out var info))
                return null;
            if (step is ['[', .. var index, ']'])
            {
                if (info.ElementType is not { } element || value.ValueKind != JsonValueKind.Array
                    || !int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at >= value.GetArrayLength())
                    return null;
                (value, type) = (value[at], element);
                continue;
            }

            JsonPropertyInfo? property = null;
            foreach (var candidate in info.Properties)
                if (step[1..].SequenceEqual(candidate.Name))
                    property = candidate;
            if (property is null || value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(property.Name, out value))
                return null;
            type = property.PropertyType;
        }

        return (value, type);
    }

    /// <summary>Null when the value has the type that is expected.</summary>
    private static string? Expected(Type type, JsonSerializerOptions options, JsonElement value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var (expected, kind) = type == typeof(string) ? ("a text", JsonValueKind.String)
            : type == typeof(bool) ? ("true or false", value.ValueKind == JsonValueKind.False ? JsonValueKind.False : JsonValueKind.True)
            : type == typeof(int) || type == typeof(long) ? (WholeNumber(value), JsonValueKind.Undefined)
            : options.TryGetTypeInfo(type, out var info) && info.Kind == JsonTypeInfoKind.Enumerable ? ("a list", JsonValueKind.Array)
            : ("an object", JsonValueKind.Object);
        return value.ValueKind == kind ? null : expected;
    }

    private static string WholeNumber(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0 ? "a whole number nearer to 0" : "a whole number";

    private static string Found(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number when value.GetRawText() is { Length: > MaxShownDigits } => "a number of many digits",
        _ => HouseholdException.Shorten(value.GetRawText()),
    };
}
