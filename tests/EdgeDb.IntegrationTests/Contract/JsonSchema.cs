using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeDb.IntegrationTests;

/// <summary>
/// Checks values against the part of JSON Schema that openapi.json uses. A keyword it does not know is an error, so that
/// nothing the document promises goes unchecked.
/// </summary>
internal sealed class JsonSchema(JsonElement document)
{
    /// <summary>What is wrong with <paramref name="value"/>; empty when nothing is.</summary>
    public List<string> Check(JsonElement schema, JsonElement value)
    {
        var problems = new List<string>();
        Check(schema, value, "$", problems);
        return problems;
    }

    /// <summary>Follows <c>#/a/b/c</c>.</summary>
    public JsonElement Resolve(JsonElement element)
    {
        while (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out var reference))
        {
            element = document;
            foreach (var step in reference.GetString()!.Split('/')[1..])
                element = element.GetProperty(step);
        }
        return element;
    }

    private void Check(JsonElement schema, JsonElement value, string path, List<string> problems)
    {
        schema = Resolve(schema);
        foreach (var keyword in schema.EnumerateObject())
        {
            switch (keyword.Name)
            {
                case "description" or "default" or "examples":
                    break;
                case "type":
                    if (!Types(keyword.Value).Any(type => HasType(value, type)))
                        problems.Add($"{path} is {value.ValueKind}, not {keyword.Value}");
                    break;
                case "enum":
                    if (!keyword.Value.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)))
                        problems.Add($"{path} is {value}, not one of {keyword.Value}");
                    break;
                case "allOf":
                    foreach (var part in keyword.Value.EnumerateArray())
                        Check(part, value, path, problems);
                    break;
                case "anyOf":
                    if (!keyword.Value.EnumerateArray().Any(part => Check(part, value).Count == 0))
                        problems.Add($"{path} fits none of anyOf");
                    break;
                case "minimum" or "maximum" when value.ValueKind == JsonValueKind.Number:
                    if (keyword.Name == "minimum" ? value.GetInt64() < keyword.Value.GetInt64() : value.GetInt64() > keyword.Value.GetInt64())
                        problems.Add($"{path} is {value}, {keyword.Name} {keyword.Value}");
                    break;
                case "minLength" or "maxLength" or "pattern" when value.ValueKind == JsonValueKind.String:
                    CheckText(keyword, value.GetString()!, path, problems);
                    break;
                case "items" or "minItems" or "maxItems" when value.ValueKind == JsonValueKind.Array:
                    CheckArray(keyword, value, path, problems);
                    break;
                case "required" or "properties" or "additionalProperties" when value.ValueKind == JsonValueKind.Object:
                    CheckObject(schema, keyword, value, path, problems);
                    break;
                case "minimum" or "maximum" or "minLength" or "maxLength" or "pattern" or "items" or "minItems" or "maxItems"
                    or "required" or "properties" or "additionalProperties":
                    break; // Says something about values of another type.
                default:
                    problems.Add($"{path}: the schema's keyword {keyword.Name} is not known here");
                    break;
            }
        }
    }

    private static void CheckText(JsonProperty keyword, string text, string path, List<string> problems)
    {
        var fits = keyword.Name switch
        {
            "minLength" => text.Length >= keyword.Value.GetInt32(),
            "maxLength" => text.Length <= keyword.Value.GetInt32(),
            _ => Regex.IsMatch(text, keyword.Value.GetString()!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)),
        };
        if (!fits)
            problems.Add($"{path} is '{text}', {keyword.Name} {keyword.Value}");
    }

    private void CheckArray(JsonProperty keyword, JsonElement value, string path, List<string> problems)
    {
        var length = value.GetArrayLength();
        if (keyword.Name == "items")
            for (var i = 0; i < length; i++)
                Check(keyword.Value, value[i], $"{path}[{i}]", problems);
        else if (keyword.Name == "minItems" ? length < keyword.Value.GetInt32() : length > keyword.Value.GetInt32())
            problems.Add($"{path} has {length} items, {keyword.Name} {keyword.Value}");
    }

    private void CheckObject(JsonElement schema, JsonProperty keyword, JsonElement value, string path, List<string> problems)
    {
        switch (keyword.Name)
        {
            case "required":
                foreach (var name in keyword.Value.EnumerateArray())
                    if (!value.TryGetProperty(name.GetString()!, out _))
                        problems.Add($"{path} lacks {name}");
                break;
            case "properties":
                foreach (var property in keyword.Value.EnumerateObject())
                    if (value.TryGetProperty(property.Name, out var found))
                        Check(property.Value, found, $"{path}.{property.Name}", problems);
                break;
            case "additionalProperties" when !keyword.Value.GetBoolean():
                foreach (var property in value.EnumerateObject())
                    if (!schema.GetProperty("properties").TryGetProperty(property.Name, out _))
                        problems.Add($"{path}.{property.Name} is not documented");
                break;
        }
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(static t => t.GetString()!) : [type.GetString()!];

    private static bool HasType(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no JSON type"),
    };
}
