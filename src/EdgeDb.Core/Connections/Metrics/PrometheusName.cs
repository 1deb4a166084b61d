using System.Diagnostics.Metrics;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Names of OpenTelemetry in the form of Prometheus: dots become underscores, the unit and, for a counter, <c>_total</c> are added. Where the usual translation
/// would break the naming rules of Prometheus (promtool names them), the rules win: "…thing.count" is "…things", because <c>_count</c> belongs to
/// histograms.
/// </summary>
internal static class PrometheusName
{
    private const string Total = "_total";

    /// <summary>The name of an instrument's family.</summary>
    public static string Of(Instrument instrument, MetricKind kind)
    {
        var name = OfLabel(instrument.Name);
        if (name.EndsWith("_count", StringComparison.Ordinal))
            name = name[..^"_count".Length] + 's';
        if (name.EndsWith(Total, StringComparison.Ordinal))
            name = name[..^Total.Length];
        if (Unit(instrument.Unit, kind) is { } unit && !name.EndsWith('_' + unit, StringComparison.Ordinal))
            name += '_' + unit;
        return kind == MetricKind.Counter ? name + Total : name;
    }

    /// <summary>The name of a label: letters, digits and underscores.</summary>
    public static string OfLabel(string name) => string.Create(name.Length, name, static (target, name) =>
    {
        for (var i = 0; i < target.Length; i++)
            target[i] = char.IsAsciiLetter(name[i]) || (i > 0 && char.IsAsciiDigit(name[i])) ? name[i] : '_';
    });

    // UCUM, of which {annotations} are for people and no unit.
    private static string? Unit(string? unit, MetricKind kind) => unit switch
    {
        "s" => "seconds",
        "By" => "bytes",
        "%" => "percent",
        "1" when kind == MetricKind.Gauge => "ratio",
        null or "" or "1" => null,
        _ when unit[0] == '{' => null,
        _ => throw new ArgumentException($"The unit '{unit}' has no form in Prometheus; measure in s, By, %, 1 or {{things}}.", nameof(unit)),
    };
}
