using System.Buffers;
using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>The VTODOs of one UID: the task itself, and what other programs wrote of single times of it, which is kept as it came.</summary>
internal sealed class TaskSource
{
    private readonly List<CalendarComponent> _others;

    private TaskSource(CalendarComponent master, List<CalendarComponent> others)
    {
        Master = master;
        _others = others;
    }

    /// <summary>The task itself.</summary>
    public CalendarComponent Master { get; }

    /// <summary>The typed view of the task as it is now.</summary>
    public CalendarTodo Todo => Typed(Master);

    /// <summary>Times that other programs have marked as done or given up, as their RECURRENCE-IDs: Thunderbird leaves the task where it was and adds these.</summary>
    public IEnumerable<CalendarDateTime> Finished =>
        _others.Select(Typed).Where(static t => t.Status is TodoStatus.Completed or TodoStatus.Cancelled && t.RecurrenceId is not null).Select(static t => t.RecurrenceId!.Value);

    /// <summary>Of components with one UID.</summary>
    public static TaskSource Of(IReadOnlyList<CalendarComponent> components)
    {
        var others = components.ToList();
        // Of several revisions in one file the newest; overrides alone have the first in the master's place.
        var master = others.Where(static c => c.Property("RECURRENCE-ID") is null).MaxBy(static c => Revision(Typed(c))) ?? others[0];
        others.RemoveAll(c => ReferenceEquals(c, master) || c.Property("RECURRENCE-ID") is null);
        return new(master, others);
    }

    /// <summary>Reads stored text.</summary>
    public static TaskSource Read(ReadOnlyMemory<byte> text) => Of(CalendarReader.ReadAll(text.Span));

    /// <summary>What is compared to tell the newer of two revisions.</summary>
    public static (int Sequence, long Stamp) Revision(CalendarTodo todo) => (todo.Sequence, todo.LastModified?.ToUnixTimeSeconds() ?? long.MinValue);

    public byte[] ToUtf8()
    {
        var output = new ArrayBufferWriter<byte>(512);
        WriteTo(new CalendarWriter(output));
        return output.WrittenSpan.ToArray();
    }

    public void WriteTo(CalendarWriter writer)
    {
        writer.Write(Master);
        foreach (var component in _others)
            writer.Write(component);
    }

    internal static CalendarTodo Typed(CalendarComponent component) => CalendarTodo.From(component, CalendarProblems.Ignored);
}
