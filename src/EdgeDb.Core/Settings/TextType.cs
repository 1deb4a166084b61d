namespace EdgeDb.Core.Settings;

/// <summary>A text that means something to one reader only, such as an address.</summary>
/// <param name="placeholder">Stands for it in help texts.</param>
/// <param name="range">What it may be, in words.</param>
/// <param name="read">Reads it, and tells what is wrong.</param>
/// <param name="write">Writes it so that it may be shown.</param>
internal sealed class TextType<T>(string placeholder, string range, Func<string, SettingReading, T> read, Func<T, string> write) : SettingType<T>
{
    public override string Placeholder => placeholder;

    public override string Range => range;

    public override T Read(IReadOnlyList<string> texts, SettingReading reading) => read(texts[^1], reading);

    public override string Write(T value) => write(value);
}
