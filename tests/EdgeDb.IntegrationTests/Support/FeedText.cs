namespace EdgeDb.IntegrationTests;

/// <summary>Small calendars.</summary>
internal static class FeedText
{
    /// <summary>A VCALENDAR around components.</summary>
    public static string Calendar(params string[] components) =>
        $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//Test//EN\r\n{string.Concat(components)}END:VCALENDAR\r\n";

    /// <summary>An hour-long event at a UTC time such as <c>20270201T090000Z</c>.</summary>
    public static string Event(string uid, string summary, string start, params string[] lines) =>
        $"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:{summary}\r\n"
        + string.Concat(lines.Select(static l => l + "\r\n")) + "END:VEVENT\r\n";
}
