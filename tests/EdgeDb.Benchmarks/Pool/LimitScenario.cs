namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// How a simulated database answers <c>n</c> queries at once, by the Universal Scalability Law (Gunther, 2007): throughput rises until queueing
/// for shared parts (<paramref name="Contention"/>) and keeping them coherent (<paramref name="Coherency"/>) cost more than another query brings.
/// </summary>
/// <param name="ServiceSeconds">A query of average size that is alone.</param>
/// <param name="Contention">Share of a query that no other can overlap.</param>
/// <param name="Coherency">Cost of each pair of queries for each other, as a share of a query.</param>
/// <param name="RoundTripSeconds">Network, there and back: holds a connection, not the database.</param>
internal readonly record struct DatabaseShape(double ServiceSeconds, double Contention, double Coherency, double RoundTripSeconds)
{
    /// <summary>Queries of average size answered in a second with <paramref name="inside"/> in the database.</summary>
    public double Throughput(double inside) =>
        inside / (ServiceSeconds * (1 + (Contention * (inside - 1)) + (Coherency * inside * (inside - 1))));

    /// <summary>The most it answers in a second.</summary>
    public double BestThroughput => Throughput(BestInside);

    /// <summary>Connections that give <see cref="BestThroughput"/>: those in the database and those on the way.</summary>
    public double BestConnections => BestInside + (BestThroughput * RoundTripSeconds);

    private double BestInside => Math.Sqrt((1 - Contention) / Coherency);

    /// <summary>The shape whose throughput is best with <paramref name="inside"/> queries in the database.</summary>
    public static DatabaseShape With(double inside, double serviceSeconds, double contention = 0.04, double roundTripSeconds = 0.0002) =>
        new(serviceSeconds, contention, (1 - contention) / (inside * inside), roundTripSeconds);
}

/// <summary>A load on a database that changes. Times are seconds since the start.</summary>
internal sealed record LimitScenario(string Name, double Seconds, Func<double, DatabaseShape> Database)
{
    /// <summary>Callers who do not wait for each other, in a second; 0 for a load of <see cref="Callers"/> only.</summary>
    public Func<double, double> ArrivalsPerSecond { get; init; } = static _ => 0;

    /// <summary>Callers who ask, wait for the answer, think and ask again.</summary>
    public int Callers { get; init; }

    public double ThinkSeconds { get; init; }

    /// <summary>Share of queries that take 20 times the work of the others. The average stays 1.</summary>
    public double SlowShare { get; init; }

    /// <summary>
    /// The scenarios, with a database of its own for each seed: the optimum is within 25 % of its usual place and a query takes 1 to 4 ms, so
    /// that nothing can be fitted to one place.
    /// </summary>
    public static IReadOnlyList<LimitScenario> All(int seed)
    {
        var random = new Random(seed);
        var scale = Math.Exp((random.NextDouble() - 0.5) * 0.44);
        var service = 0.001 * Math.Pow(4, random.NextDouble());
        var phase = 36 + (random.NextDouble() * 8);

        DatabaseShape Shape(double best, double slowdown = 1) => DatabaseShape.With(best * scale, service * slowdown);
        Func<double, DatabaseShape> Steps(DatabaseShape first, DatabaseShape second) => at => (int)(at / phase) % 2 == 0 ? first : second;
        Func<double, double> Times(Func<double, DatabaseShape> database, double load) => at => database(at).BestThroughput * load;

        var steady = Steps(Shape(12), Shape(12));
        var shrinks = Steps(Shape(15), Shape(6, 1.3));
        var grows = Steps(Shape(6), Shape(15));
        DatabaseShape Sawtooth(double at) => Shape(6 + (10 * (at % (phase * 0.75) / (phase * 0.75))));
        var far = Shape(9);
        var network = Steps(far, far with { RoundTripSeconds = 0.0002 + (3 / far.BestThroughput) });
        return
        [
            new("steady", 120, steady) { ArrivalsPerSecond = Times(steady, 1.2) },
            new("optimum shrinks (noisy neighbour)", 120, shrinks) { ArrivalsPerSecond = Times(shrinks, 1.2) },
            new("optimum grows", 120, grows) { ArrivalsPerSecond = Times(grows, 1.2) },
            new("sawtooth", 120, Sawtooth) { ArrivalsPerSecond = Times(Sawtooth, 1.2) },
            new("5 % slow queries", 120, steady) { ArrivalsPerSecond = Times(steady, 1.2), SlowShare = 0.05 },
            new("overload, 3 times the capacity", 120, steady) { ArrivalsPerSecond = Times(steady, 3) },
            new("network latency step", 120, network) { ArrivalsPerSecond = Times(network, 1.2) },
            new("cold start, bursts of 3 s", 120, steady) { ArrivalsPerSecond = at => at % 15 < 3 ? steady(at).BestThroughput * 1.5 : 1 },
            new("90 % load", 120, steady) { ArrivalsPerSecond = Times(steady, 0.9) },
            new("50 callers without a pause", 120, shrinks) { Callers = 50 },
            new("household, 3 callers", 120, steady) { Callers = 3, ThinkSeconds = 0.2 },
        ];
    }
}
