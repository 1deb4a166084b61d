using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

internal sealed record EmergencyBody(string Since, IReadOnlyList<EmergencyReasonBody> Reasons);

internal sealed record EmergencyReasonBody(string Reason, string Text);

/// <summary>An emergency in words.</summary>
internal static class EmergencyText
{
    public static EmergencyBody Of(EmergencyState emergency) =>
        new(TimeText.Instant(emergency.Since.ToUnixTimeSeconds()), [.. emergency.Reasons.Select(static reason => new EmergencyReasonBody(Name(reason), Sentence(reason)))]);

    public static string Name(EmergencyReason reason) => reason switch
    {
        EmergencyReason.DiskFull => "disk-full",
        EmergencyReason.DeviceFailing => "device-failing",
        EmergencyReason.FileDamaged => "file-damaged",
        EmergencyReason.Memory => "memory",
        _ => "temperature",
    };

    private static string Sentence(EmergencyReason reason) => reason switch
    {
        EmergencyReason.DiskFull => "The disk is full: nothing, or hardly anything more, can be saved until some space is freed.",
        EmergencyReason.DeviceFailing => "The device that holds the data fails to read or write: copy the newest backup to another one.",
        EmergencyReason.FileDamaged => "The database file is damaged: the service starts anew and checks it.",
        EmergencyReason.Memory => "Memory is nearly used up: less is kept ready.",
        _ => "The processor is too hot: only what was asked for is done.",
    };
}
