using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeDb.BrowserTests;

/// <summary>What comes out of the printer, as a PDF.</summary>
internal static class Paper
{
    /// <summary>Asserts that it is one sheet of A4, laid across.</summary>
    public static void IsOneSheet(byte[] pdf)
    {
        var text = Encoding.Latin1.GetString(pdf);
        Assert.Single(Regex.Matches(text, "/Type ?/Page\\b(?!s)"));
        var box = Regex.Match(text, "/MediaBox ?\\[0 0 ([0-9.]+) ([0-9.]+)\\]");
        Assert.Equal(842, double.Parse(box.Groups[1].Value, CultureInfo.InvariantCulture), 1.5);
        Assert.Equal(595, double.Parse(box.Groups[2].Value, CultureInfo.InvariantCulture), 1.5);
    }
}
