using System.Collections.Frozen;

namespace EdgeDb.Core.Settings;

/// <summary>All settings of a program, found by any of their names.</summary>
internal sealed class SettingCatalog
{
    private readonly FrozenDictionary<string, Setting> _byPath;
    private readonly FrozenDictionary<string, Setting> _byVariable;

    /// <summary>Throws <see cref="ArgumentException"/> when two have the same name in one of the spellings.</summary>
    public SettingCatalog(params IReadOnlyList<Setting> settings)
    {
        All = settings;
        _byPath = settings.ToFrozenDictionary(static s => s.Path, StringComparer.Ordinal);
        _byVariable = settings.ToFrozenDictionary(static s => Fold(s.EnvironmentName), StringComparer.Ordinal);
        _ = settings.ToDictionary(static s => s.Option, StringComparer.Ordinal);
    }

    /// <summary>In the order in which they are shown.</summary>
    public IReadOnlyList<Setting> All { get; }

    /// <summary>Null when there is none of that name.</summary>
    public Setting? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>Null when there is none. Underscores and case make no difference, so that both conventions of writing these names are understood.</summary>
    public Setting? FindVariable(string name) => _byVariable.GetValueOrDefault(Fold(name));

    /// <summary>Whether settings begin with this name and a dot.</summary>
    public bool IsGroup(string path) => All.Any(s => s.Path.Length > path.Length && s.Path[path.Length] == '.' && s.Path.StartsWith(path, StringComparison.Ordinal));

    /// <summary>A sentence that names what was probably meant; null when nothing comes close.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="spelling">The spelling it was written in.</param>
    public string? DidYouMean(string written, Func<Setting, string> spelling) =>
        Suggestion.Nearest(written, All.Select(spelling)) is { } nearest ? $"Did you mean {nearest}?" : null;

    private static string Fold(string variable) => variable.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
