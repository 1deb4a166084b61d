namespace EdgeDb.Core.Learning;

/// <summary>
/// Linear regression that learns one example at a time and forgets the old ones exponentially (Haykin, Adaptive Filter Theory, ch. 10), with
/// Huber weights: an error beyond the usual size pulls as if it were of that size, since loads have spikes.
/// Features and targets should be of the order of 1.
/// </summary>
internal sealed class RecursiveLeastSquares
{
    private const double InitialVariance = 100;
    private const double LargestVariance = 1e5;

    /// <summary>After a long rest the usual error would be so small that nothing is believed any more.</summary>
    private const double LeastUsualError = 1e-3;

    private readonly double _forgetting;
    private readonly double[] _weights;
    private readonly double[] _covariance;
    private readonly double[] _gain;
    private double _usualError;

    public RecursiveLeastSquares(int features, double forgetting)
    {
        _forgetting = forgetting;
        _weights = new double[features];
        _covariance = new double[features * features];
        _gain = new double[features];
        Reset();
    }

    /// <summary>Examples learnt since the start or the last reset.</summary>
    public long Examples { get; private set; }

    public double Predict(ReadOnlySpan<double> features) => Dot(_weights, features);

    public void Learn(ReadOnlySpan<double> features, double target)
    {
        var error = target - Predict(features);
        var size = Math.Abs(error);
        var trust = size > _usualError && Examples > 0 ? _usualError / size : 1;
        _usualError = Math.Max(LeastUsualError, Examples == 0 ? size : _usualError + (0.02 * (Math.Min(size, 5 * _usualError) - _usualError)));

        var n = features.Length;
        for (var i = 0; i < n; i++)
            _gain[i] = Dot(_covariance.AsSpan(i * n, n), features);
        var denominator = (_forgetting / trust) + Dot(_gain, features);
        double trace = 0;
        for (var i = 0; i < n; i++)
        {
            _weights[i] += _gain[i] / denominator * error;
            for (var j = 0; j < n; j++)
                _covariance[(i * n) + j] = (_covariance[(i * n) + j] - (_gain[i] * _gain[j] / denominator)) / _forgetting;
            trace += _covariance[(i * n) + i];
        }

        Examples++;
        // A constant series excites only the first feature: without a bound the variance of the others grows until it overflows.
        if (trace > LargestVariance * n)
            Scale(LargestVariance * n / trace);
        // Rounding can make the matrix indefinite. Starting anew costs some steps, a wrong sign costs every step after.
        if (!(denominator > 0) || !double.IsFinite(trace) || !double.IsFinite(Predict(features)))
            Reset();
    }

    private void Reset()
    {
        Array.Clear(_weights);
        Array.Clear(_covariance);
        for (var i = 0; i < _weights.Length; i++)
            _covariance[(i * _weights.Length) + i] = InitialVariance;
        _usualError = 0;
        Examples = 0;
    }

    private void Scale(double factor)
    {
        for (var i = 0; i < _covariance.Length; i++)
            _covariance[i] *= factor;
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (var i = 0; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }
}
