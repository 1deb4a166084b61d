using System.Text.Json.Serialization.Metadata;

namespace EdgeDb.Api;

/// <summary>Answers of the moment: what they tell is in memory and changes by itself, or is nobody else's to keep.</summary>
internal static class FreshAnswers
{
    /// <summary>Answers with a body that no cache keeps.</summary>
    public static Task AnswerAsync<T>(this HttpContext context, T body, JsonTypeInfo<T> type)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(body, type);
    }
}
