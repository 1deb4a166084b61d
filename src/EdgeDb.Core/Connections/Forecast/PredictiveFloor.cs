namespace EdgeDb.Core.Connections;

/// <summary>
/// How many connections to keep open for the load that is coming: Little's law on the upper end of the forecast (exceeded once in twenty), the
/// highest of all horizons, since a connection that is closed now and needed in a quarter of an hour was closed too early.
/// </summary>
internal static class PredictiveFloor
{
    /// <summary>Connections in use at once at the load that is coming, at most <paramref name="most"/>; 0, nothing to be kept, while the forecast is not trusted.</summary>
    /// <param name="forecast">Forecast of leases an interval.</param>
    /// <param name="meanHold">Mean time that a lease is held.</param>
    /// <param name="most">The pool's size.</param>
    public static int Connections(LoadForecast forecast, TimeSpan meanHold, int most)
    {
        double busiest = 0;
        for (var i = 0; i < LoadForecast.Horizons.Count; i++)
        {
            if (forecast.Estimate(i) is { Trusted: true } estimate)
                busiest = Math.Max(busiest, estimate.Interval.Upper);
        }

        return (int)Math.Min(most, Math.Ceiling(busiest / forecast.Interval.TotalSeconds * meanHold.TotalSeconds));
    }
}
