using System.Text;

namespace EdgeDb.Commands;

/// <summary>Text of calendars on a terminal.</summary>
internal static class ConsoleText
{
    /// <summary>
    /// The text on one line. Feeds come from the internet: a control character in a title could clear the screen, set the
    /// window's title or, on some terminals, type commands.
    /// </summary>
    public static string Printable(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var printable = new StringBuilder(text.Length);
        foreach (var character in text)
            printable.Append(char.IsControl(character) ? ' ' : character);
        return printable.ToString();
    }
}
