using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Tests.Connections.Tuning;

/// <summary>
/// An endpoint as the tuner sees it, in virtual time: one setting, and counters that follow from it. Load comes in waves that last for minutes
/// and in noise that lasts for some windows, so that neighbouring windows resemble each other.
/// </summary>
internal sealed class TunedEndpoint
{
    private readonly Random _random;
    private readonly ManualTimeProvider _time = new();
    private double _answered;
    private double _failed;
    private double _seconds;
    private double _wave;

    public TunedEndpoint(int seed, TunerMode mode, double start = 4, TuningEntry? kept = null)
    {
        _random = new Random(seed);
        Value = start;
        Tuner = new Tuner(new TunerOptions { Mode = mode }, _time, seed);
        Tunable = new Tunable
        {
            Name = "size", Unit = "connections", Minimum = 1, Maximum = 50, Grain = 1, Cost = "memory", Get = () => Value, Set = Set,
        };
        Subject = new TuningSubject("database", [Tunable], Read);
        Tuner.Add(Subject, _ => kept);
        Settings.Clear();
    }

    public Tuner Tuner { get; }

    public Tunable Tunable { get; }

    public TuningSubject Subject { get; }

    public ManualTimeProvider Time => _time;

    public double Value { get; set; }

    /// <summary>Values in the order they were set.</summary>
    public List<double> Settings { get; } = [];

    public double RequestsPerSecond { get; set; } = 40;

    /// <summary>Mean seconds of a request for a value, without noise.</summary>
    public Func<double, double> Seconds { get; set; } = static _ => 0.01;

    public Func<double, double> FailedShare { get; set; } = static _ => 0;

    public Func<double, double> P99Seconds { get; set; } = static _ => 0.05;

    public double BytesEach { get; set; } = 60 * 1024;

    /// <summary>Standard deviation of the logarithm of a second's latency.</summary>
    public double Noise { get; set; } = 0.2;

    public Action<double> BeforeSet { get; set; } = static _ => { };

    public void Run(TimeSpan period)
    {
        for (var i = 0; i < period.TotalSeconds; i++)
        {
            Second();
            Tuner.Tick();
        }
    }

    public void RunUntil(Func<bool> condition, TimeSpan longest)
    {
        for (var i = 0; i < longest.TotalSeconds && !condition(); i++)
        {
            Second();
            Tuner.Tick();
        }
    }

    private void Second()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        _wave = (0.97 * _wave) + (Noise * 0.5 * Normal());
        var daily = 0.3 * Math.Sin(_time.GetTimestamp() / 1e7 / 900);
        var asked = RequestsPerSecond * Math.Exp(0.5 * (_wave + daily));
        _failed += asked * FailedShare(Value);
        _answered += asked * (1 - FailedShare(Value));
        _seconds += asked * Seconds(Value) * Math.Exp(_wave + daily + (Noise * Normal()));
    }

    private void Set(double value)
    {
        BeforeSet(value);
        Value = value;
        Settings.Add(value);
    }

    private TuningReading Read() => new((long)_answered, (long)_failed, _seconds, Value * BytesEach, P99Seconds(Value));

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
