using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Looks every few seconds at what no request tells of: memory, temperature, and whether the disk that failed works again. Between its two thresholds a
/// reason stays what it was. Not thread-safe.
/// </summary>
internal sealed class EmergencyWatch(EmergencyMode mode, MemoryProbe memory, TemperatureProbe temperature, DiskProbe disk)
{
    /// <summary>Less than this and the next larger answer may be the one that gets the process killed, on a board of 512 MB as on a PC: so it is no share.</summary>
    public const long LeastAvailableBytes = 32L << 20;

    /// <summary>As much must be available again.</summary>
    public const long EnoughAvailableBytes = 48L << 20;

    /// <summary>Share of the last 10 s in which something waited for memory, in percent. Connections are given up from 10 on; at half of the time that was not enough.</summary>
    public const double MostPressure = 50;

    /// <summary>It must have fallen below this.</summary>
    public const double CalmPressure = 10;

    /// <summary>From here on a Raspberry Pi slows its processor down by force (raspberrypi.com/documentation, "Frequency management and thermal control").</summary>
    public const double MostCelsius = 85;

    /// <summary>It must have fallen below this.</summary>
    public const double CoolCelsius = 75;

    /// <summary>Looks once. Writes to the disk only while that is in doubt.</summary>
    public void Look()
    {
        var state = memory.Read();
        if (state.AvailableBytes < LeastAvailableBytes || state.PressurePercent >= MostPressure)
            mode.Tell(EmergencyReason.Memory, holds: true);
        else if (!(state.AvailableBytes < EnoughAvailableBytes) && !(state.PressurePercent >= CalmPressure))
            mode.Tell(EmergencyReason.Memory, holds: false);

        var celsius = temperature.ReadCelsius();
        if (celsius >= MostCelsius)
            mode.Tell(EmergencyReason.Temperature, holds: true);
        else if (!(celsius >= CoolCelsius))
            mode.Tell(EmergencyReason.Temperature, holds: false);

        // Before a write fails: a service that starts on a full disk may have none for long, and background work leaves the last room to people.
        if (disk.IsNearlyFull)
            mode.Tell(EmergencyReason.DiskFull, holds: true);
        else if ((mode.Holds(EmergencyReason.DiskFull) || mode.Holds(EmergencyReason.DeviceFailing)) && disk.TakesWrites())
        {
            mode.Tell(EmergencyReason.DiskFull, holds: false);
            mode.Tell(EmergencyReason.DeviceFailing, holds: false);
        }

        mode.Review();
    }
}
