using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

/// <summary>What most answers have in common.</summary>
internal static class AnswerWriting
{
    public static void Write<T>(this AnswerBuilder answer, T body, JsonTypeInfo<T> type)
    {
        using var json = new Utf8JsonWriter(answer.Body, ApiJson.WriterOptions);
        JsonSerializer.Serialize(json, body, type);
    }

    /// <summary>The answer shows events of these calendars; of any when there are none.</summary>
    public static void DependsOnCalendars(this AnswerBuilder answer, IReadOnlyCollection<string> ids)
    {
        if (ids.Count == 0)
            answer.DependsOn(Topics.Occurrences);
        foreach (var id in ids)
            answer.DependsOn(Topics.Occurrences, id);
    }
}
