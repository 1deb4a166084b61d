namespace EdgeDb.Core.Calendars;

/// <summary>A request that cannot be carried out; the message names the option, the value and what is wrong with it.</summary>
internal sealed class CalendarRequestException(string message) : Exception(message);
