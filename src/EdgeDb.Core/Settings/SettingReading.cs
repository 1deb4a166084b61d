namespace EdgeDb.Core.Settings;

/// <summary>The reading of one input: collects what is wrong with it, in the words of whoever wrote it.</summary>
internal sealed class SettingReading(string spelled, ICollection<string> problems)
{
    private const int LongestQuote = 100;

    /// <summary>Whether a problem was told.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>A value as messages repeat it: on one line and not for ever.</summary>
    public static string Quote(string text)
    {
        var shown = text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";
        return $"'{string.Concat(shown.Select(static c => char.IsControl(c) ? ' ' : c))}'";
    }

    /// <summary>Adds a sentence. It must not repeat the value of a secret.</summary>
    public void Problem(string sentence)
    {
        IsRefused = true;
        problems.Add($"{spelled}: {sentence}");
    }
}
