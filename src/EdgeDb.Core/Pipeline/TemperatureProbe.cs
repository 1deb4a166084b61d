using System.Globalization;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// The temperature of the processor as Linux tells it (Documentation/driver-api/thermal/sysfs-api.rst): the hottest of the zones that a board's device tree names after the processor ("cpu-thermal",
/// "soc-thermal"). Those of a PC have other names; its processor is made to run hotter than a board, and looks after itself.
/// </summary>
/// <param name="root">Where /sys is; "/" on a real machine.</param>
internal sealed class TemperatureProbe(string root)
{
    private readonly string _zones = Path.Combine(root, "sys/class/thermal");

    /// <summary>Degrees Celsius; null where nothing tells. Never throws for a file that is missing, unreadable or strange.</summary>
    public double? ReadCelsius()
    {
        double? hottest = null;
        try
        {
            foreach (var zone in Directory.Exists(_zones) ? Directory.EnumerateDirectories(_zones, "thermal_zone*") : [])
            {
                var type = Text(Path.Combine(zone, "type"));
                if ((type.StartsWith("cpu", StringComparison.Ordinal) || type.StartsWith("soc", StringComparison.Ordinal))
                    && int.TryParse(Text(Path.Combine(zone, "temp")), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milli))
                    hottest = Math.Max(hottest ?? double.MinValue, milli / 1000.0);
            }
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            // What was read before it counts.
        }

        return hottest;
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            // A zone whose sensor is switched off refuses to be read.
            return "";
        }
    }
}
