using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using QRCoder;

namespace EdgeDb.Hosting;

/// <summary>A text, mostly an address, as a QR code for the camera of a phone.</summary>
internal static class QrCode
{
    /// <summary>As the path of an SVG whose box is <c>0 0 size size</c>, quiet zone included: dark modules, to be drawn on white.</summary>
    public static (int Size, string Path) Path(string text)
    {
        using var code = Encode(text);
        var rows = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
            for (var x = 0; x < rows.Count; x++)
            {
                if (!rows[y][x])
                    continue;
                var begin = x;
                while (x + 1 < rows.Count && rows[y][x + 1])
                    x++;
                path.Append(CultureInfo.InvariantCulture, $"M{begin} {y}h{x - begin + 1}v1h-{x - begin + 1}z");
            }

        return (rows.Count, path.ToString());
    }

    /// <summary>As SVG, called by its text; scales with its box.</summary>
    public static string Svg(string text)
    {
        var (size, path) = Path(text);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"{HtmlEncoder.Default.Encode(text)}\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>");
    }

    /// <summary>For a terminal with a dark background: two rows of modules in a line, light ones as blocks.</summary>
    public static string Text(string text)
    {
        using var code = Encode(text);
        var rows = code.ModuleMatrix;
        var lines = new StringBuilder();
        for (var y = 0; y < rows.Count; y += 2)
        {
            for (var x = 0; x < rows.Count; x++)
                lines.Append((IsDark(rows, x, y), IsDark(rows, x, y + 1)) switch
                {
                    (false, false) => '█',
                    (false, true) => '▀',
                    (true, false) => '▄',
                    _ => ' ',
                });
            lines.Append('\n');
        }

        return lines.ToString();
    }

    private static bool IsDark(List<BitArray> rows, int x, int y) => y < rows.Count && rows[y][x];

    private static QRCodeData Encode(string text) => QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
}
