using System.Globalization;
using System.Text.Json;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using NodaTime;

namespace EdgeDb.Api;

/// <summary>/api/reminders.</summary>
internal static class RemindersApi
{
    private const int DefaultLimit = 500;
    private const int MaxLimit = 1000;
    private const int MaxDays = 31;

    public static void MapRemindersApi(this IEndpointRouteBuilder routes)
    {
        var reminders = routes.ServiceProvider.GetRequiredService<ReminderReader>();
        var household = routes.ServiceProvider.GetRequiredService<HouseholdStore>();
        // It tells of both, and answers are kept for all who see the same: whoever may read one of the two only is not told the other by it.
        routes.MapAnswers(
            "/api/reminders", AccessDomain.Events,
            new(
                "reminders", AnswerPolicy.Default, [new("from", IsDate: true), new("to", IsDate: true), new("lasting", IsDate: true), new("zone"), new("limit")],
                (request, answer, ct) => ListAsync(reminders, household, request, answer, ct))).Requires(AccessDomain.Tasks, AccessVerb.Read);
    }

    private static async ValueTask ListAsync(
        ReminderReader reminders, HouseholdStore household, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        var reader = request.Parameters;
        var zone = reader.Zone("zone", (await household.SettingsAsync(ct)).Zone);
        var (from, to) = reader.Range(zone, MaxDays);
        Instant? lasting = reader.Text("lasting") is null ? null : reader.Moment("lasting", zone);
        answer.DependsOn(Topics.Household);
        answer.DependsOn(Topics.Calendars);
        answer.DependsOn(Topics.Occurrences);
        answer.DependsOn(Topics.Tasks);

        var page = await reminders.ReadAsync(new(from, to, lasting, zone, request.Sight, reader.Integer("limit", DefaultLimit, 1, MaxLimit)), ct);
        using var json = new Utf8JsonWriter(answer.Body, ApiJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("from"u8, TimeText.Instant(from.ToUnixTimeSeconds()));
        json.WriteString("to"u8, TimeText.Instant(page.To));
        json.WriteString("zone"u8, zone.Id);
        json.WriteStartArray("items"u8);
        foreach (var reminder in page.Items)
            WriteItem(json, reminder);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteItem(Utf8JsonWriter json, Reminder reminder)
    {
        json.WriteStartObject();
        // What rings at another time than before is another reminder; what is called otherwise by now is not.
        var of = reminder.Occurrence is { } view ? OccurrencesApi.Id(view) : reminder.Task!.Id;
        json.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"{of}.{reminder.At}"));
        json.WriteString("at"u8, TimeText.Instant(reminder.At));
        json.WriteString("until"u8, TimeText.Instant(reminder.Until));
        json.WritePropertyName("occurrence"u8);
        if (reminder.Occurrence is { } occurrence)
            OccurrencesApi.WriteItem(json, occurrence);
        else
            json.WriteNullValue();
        json.WritePropertyName("task"u8);
        if (reminder.Task is { } task)
            JsonSerializer.Serialize(json, TaskForm.Body(task), ApiJson.Web.TaskBody);
        else
            json.WriteNullValue();
        json.WriteEndObject();
    }
}
