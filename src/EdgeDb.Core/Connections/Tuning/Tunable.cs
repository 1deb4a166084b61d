namespace EdgeDb.Core.Connections;

/// <summary>One setting that the tuner may change while the service runs.</summary>
internal sealed class Tunable
{
    /// <summary>What it is called within its subject, for example "minIdle".</summary>
    public required string Name { get; init; }

    /// <summary>Unit of its value, for example "connections" or "ms".</summary>
    public required string Unit { get; init; }

    /// <summary>The least value that may ever be set, by whomever.</summary>
    public required double Minimum { get; init; }

    /// <summary>The greatest value that may ever be set, by whomever.</summary>
    public required double Maximum { get; init; }

    /// <summary>What one step changes at least; every value is a multiple of it away from the minimum.</summary>
    public required double Grain { get; init; }

    /// <summary>Factor of one step: 1.25 goes from 8 to 10. A step is one <see cref="Grain"/> at least.</summary>
    public double Factor { get; init; } = 1.25;

    /// <summary>What more of it costs, in words for the person who decides.</summary>
    public required string Cost { get; init; }

    /// <summary>Reads the value that holds now. Thread-safe, does not throw.</summary>
    public required Func<double> Get { get; init; }

    /// <summary>Makes a value hold from now on. Thread-safe; throws <see cref="ArgumentException"/> when other settings forbid it.</summary>
    public required Action<double> Set { get; init; }

    /// <summary>The value one step up or down; the value itself at the end of the range.</summary>
    public double Next(double value, bool up)
    {
        var moved = up ? Math.Max(value * Factor, value + Grain) : Math.Min(value / Factor, value - Grain);
        return Fit(moved);
    }

    /// <summary>The nearest value that may be set.</summary>
    public double Fit(double value) =>
        Math.Clamp(Minimum + (Math.Round((value - Minimum) / Grain) * Grain), Minimum, Maximum);
}
