namespace EdgeDb.Core.Connections;

/// <summary>
/// Bounds the extra load of retries and hedges of one endpoint together, however many callers ask for them: a token bucket into which each
/// operation pays a share of a token and from which each extra attempt takes a whole one (Finagle's RetryBudget; gRPC and Envoy bound retries likewise).
/// A count of retries per operation alone would multiply the load just when the endpoint has too much of it.
/// <para>Of N operations in T seconds at most N × <see cref="RetryBudgetOptions.Ratio"/> + <see cref="RetryBudgetOptions.Burst"/> + T / 30 are extra; the last two are
/// what lets an endpoint with little traffic retry at all. With the defaults that is ≤ 1.2 times the load from 300 operations on, at 2/s and more.</para>
/// </summary>
internal sealed class RetryBudget
{
    private const long Token = 1_000_000;
    private static readonly TimeSpan ReservePeriod = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly long _deposit;
    private readonly long _capacity;
    private long _tokens;
    private long _reserveAt;
    private long _withdrawn;
    private long _refused;

    public RetryBudget(RetryBudgetOptions options, TimeProvider time)
    {
        _time = time;
        _deposit = (long)(options.Ratio * Token);
        _capacity = options.Burst * Token;
        _tokens = _capacity;
        _reserveAt = time.GetTimestamp();
    }

    /// <summary>Extra attempts that could start now.</summary>
    public double Balance => (double)Volatile.Read(ref _tokens) / Token;

    /// <summary>Extra attempts since the start.</summary>
    public long Withdrawn => Volatile.Read(ref _withdrawn);

    /// <summary>Extra attempts that the budget refused since the start.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>An operation begins. While nothing fails the bucket is full and this only reads.</summary>
    public void Deposit()
    {
        if (Volatile.Read(ref _tokens) < _capacity)
            Add(_deposit);
    }

    /// <summary>Pays for one extra attempt; false when it must not happen.</summary>
    public bool TryWithdraw()
    {
        AddReserve();
        long tokens;
        do
        {
            tokens = Volatile.Read(ref _tokens);
            if (tokens < Token)
            {
                Interlocked.Increment(ref _refused);
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _tokens, tokens - Token, tokens) != tokens);
        Interlocked.Increment(ref _withdrawn);
        return true;
    }

    private void Add(long amount)
    {
        long tokens;
        do
            tokens = Volatile.Read(ref _tokens);
        while (Interlocked.CompareExchange(ref _tokens, Math.Min(_capacity, tokens + amount), tokens) != tokens);
    }

    // One token a period, and none is saved up from the periods in which nobody asked: whoever wins the exchange adds it.
    private void AddReserve()
    {
        var at = Volatile.Read(ref _reserveAt);
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(at, now) >= ReservePeriod && Interlocked.CompareExchange(ref _reserveAt, now, at) == at)
            Add(Token);
    }
}

/// <summary>The size of a <see cref="RetryBudget"/>.</summary>
internal sealed record RetryBudgetOptions
{
    /// <summary>Extra attempts for each operation. Default 0.15, range 0 (only the burst and one in 30 s) to 0.2.</summary>
    public double Ratio { get; init; } = 0.15;

    /// <summary>Extra attempts that can be saved up; as many are there at the start. Default 10, range 1 to 1,000.</summary>
    public int Burst { get; init; } = 10;

    /// <summary>Adds one sentence for each value outside its range.</summary>
    public void Validate(string name, ICollection<string> problems)
    {
        var ranges = new OptionRanges(name, problems);
        ranges.Check(nameof(Ratio), Ratio, 0, 0.2);
        ranges.Check(nameof(Burst), Burst, 1, 1000);
    }
}
