namespace EdgeDb.Core.Settings;

/// <summary>The reading of one input: collects what is wrong with it, in the words of whoever wrote it.</summary>
internal sealed class SettingReading(string spelled, ICollection<string> problems)
{
    /// <summary>Whether a problem was told.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Adds a sentence. It must not repeat the value of a secret.</summary>
    public void Problem(string sentence)
    {
        IsRefused = true;
        problems.Add($"{spelled}: {sentence}");
    }
}
