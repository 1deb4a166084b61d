namespace EdgeDb.Core.Household;

/// <summary>Colours given to members and calendars that come without one; all reach 4.5:1 with either black or white text.</summary>
internal static class Palette
{
    private static readonly string[] Colors =
        ["#2563eb", "#c2410c", "#15803d", "#9333ea", "#be123c", "#0e7490", "#a16207", "#4f46e5", "#db2777", "#4d7c0f"];

    internal static string Pick(int index) => Colors[index % Colors.Length];
}
