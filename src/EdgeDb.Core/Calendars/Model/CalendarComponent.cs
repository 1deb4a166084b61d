namespace EdgeDb.Core.Calendars;

/// <summary>A <c>BEGIN</c>…<c>END</c> block: its properties and nested blocks in the order read.</summary>
public sealed class CalendarComponent(string name, int line = 0)
{
    private List<CalendarComponent>? _components;

    /// <summary>Upper-case component name, for example <c>VEVENT</c>.</summary>
    public string Name { get; } = name;

    /// <summary>1-based physical line of <c>BEGIN</c>; 0 when it was not read from a file.</summary>
    public int Line { get; } = line;

    /// <summary>Properties in the order read.</summary>
    public List<CalendarProperty> Properties { get; } = [];

    /// <summary>Nested components in the order read.</summary>
    public List<CalendarComponent> Components => _components ??= [];

    /// <summary>True when there are nested components; unlike <see cref="Components"/> it creates no list for the many that have none.</summary>
    internal bool HasComponents => _components is { Count: > 0 };

    /// <summary>The first property of that upper-case name, or null.</summary>
    public CalendarProperty? Property(string name)
    {
        foreach (var property in Properties)
            if (property.Name == name)
                return property;
        return null;
    }
}
