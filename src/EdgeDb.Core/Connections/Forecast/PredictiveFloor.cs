namespace EdgeDb.Core.Connections;

/// <summary>
/// How many connections to keep open for the load that is coming.
/// <para>
/// Little's law on the upper end of the forecast gives the mean number in use at a load that is exceeded once in twenty; callers that arrive at random are
/// spread around it like a Poisson number, so three of its standard deviations are added (square-root staffing; Halfin and Whitt 1981). Without them the floor lies
/// below what the pool holds anyway and saves nothing. The highest of all horizons counts: a connection that is closed now and needed in a
/// quarter of an hour was closed too early.
/// </para>
/// <para>
/// While the ensemble is not trusted the interval lies around the last value, and covers as well: the floor then follows the load instead of foreseeing it.
/// "bench forecast --floor" compares it with a static minimum.
/// </para>
/// </summary>
internal static class PredictiveFloor
{
    private const double StandardDeviations = 3;

    /// <summary>Connections in use at once at the load that is coming, with room for chance; at most <paramref name="most"/>, and 0 before there is a forecast.</summary>
    /// <param name="forecast">Forecast of leases an interval.</param>
    /// <param name="meanHold">Mean time that a lease is held.</param>
    /// <param name="most">The pool's size.</param>
    public static int Connections(LoadForecast forecast, TimeSpan meanHold, int most)
    {
        double busiest = 0;
        for (var i = 0; i < LoadForecast.Horizons.Count; i++)
        {
            if (forecast.Estimate(i) is { } estimate)
                busiest = Math.Max(busiest, estimate.Interval.Upper);
        }

        var inUse = busiest * (meanHold / forecast.Interval);
        return (int)Math.Min(most, Math.Ceiling(inUse + (StandardDeviations * Math.Sqrt(inUse))));
    }
}
