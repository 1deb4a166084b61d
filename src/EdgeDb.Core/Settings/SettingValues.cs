namespace EdgeDb.Core.Settings;

/// <summary>A value of every setting, each from the highest layer that gives one. Immutable.</summary>
internal sealed class SettingValues
{
    private readonly Dictionary<Setting, SettingValue> _values;
    private readonly HashSet<Setting> _given;

    private SettingValues(SettingCatalog catalog, Dictionary<Setting, SettingValue> values, HashSet<Setting> given) =>
        (Catalog, _values, _given) = (catalog, values, given);

    /// <summary>The settings there are.</summary>
    public SettingCatalog Catalog { get; }

    /// <summary>The value of a setting.</summary>
    public SettingValue this[Setting setting] => _values[setting];

    /// <summary>The value of a setting, typed.</summary>
    public T Get<T>(Setting<T> setting) => ((SettingValue<T>)_values[setting]).Value;

    /// <summary>All defaults.</summary>
    public static SettingValues Defaults(SettingCatalog catalog) => new(catalog, catalog.All.ToDictionary(static s => s, static s => s.ReadDefault()), []);

    /// <summary>Whether a layer says something of it, be it right or wrong.</summary>
    public bool IsGiven(Setting setting) => _given.Contains(setting);

    /// <summary>
    /// These with a layer above them. An input that is refused is told, and the value below it stays: that a higher layer would hide it does not make it right.
    /// </summary>
    /// <param name="layer">By setting.</param>
    /// <param name="problems">Receives one sentence a problem.</param>
    /// <param name="keepsRefused">Keeps what was understood of a refused input, for checks that look further; the caller does not go on with such values.</param>
    public SettingValues With(IEnumerable<KeyValuePair<Setting, SettingInput>> layer, ICollection<string> problems, bool keepsRefused = false)
    {
        var values = new Dictionary<Setting, SettingValue>(_values);
        var given = new HashSet<Setting>(_given);
        foreach (var (setting, input) in layer)
        {
            given.Add(setting);
            var value = setting.Read(input, problems, out var isRefused);
            if (!isRefused || keepsRefused)
                values[setting] = value;
        }

        return new(Catalog, values, given);
    }
}
