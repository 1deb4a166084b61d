namespace EdgeDb.Core.Learning;

/// <summary>
/// Weights of an ensemble by ML-Poly (Gaillard, Stoltz, van Erven 2014) on absolute error: a learner weighs as much as the mixture regrets not
/// having followed it, scaled by its own squared regrets, so that no learning rate is to be tuned. Linearised losses let it compete with the
/// best mixture, not only with the best learner. Regrets fade, so that a change of the series is followed, and learners without a forecast
/// sleep: they neither weigh nor gain nor lose.
/// </summary>
/// <param name="learners">Number of learners.</param>
/// <param name="memory">Factor by which regrets fade a step, just below 1.</param>
internal sealed class PolynomialWeights(int learners, double memory)
{
    private readonly double[] _regrets = new double[learners];
    private readonly double[] _squares = new double[learners];

    /// <summary>Mixes the forecasts that are not NaN; at least one must not be. Equal parts while no learner is ahead of the mixture.</summary>
    public double Mix(ReadOnlySpan<double> forecasts)
    {
        double mixed = 0, total = 0, plain = 0;
        var awake = 0;
        for (var i = 0; i < forecasts.Length; i++)
        {
            if (double.IsNaN(forecasts[i]))
                continue;
            var weight = Weight(i);
            mixed += weight * forecasts[i];
            total += weight;
            plain += forecasts[i];
            awake++;
        }

        return total > 0 ? mixed / total : plain / awake;
    }

    /// <summary>Learns from an outcome.</summary>
    /// <param name="forecasts">What the learners had said.</param>
    /// <param name="mixed">What <see cref="Mix"/> had made of it then.</param>
    /// <param name="actual">What came.</param>
    public void Learn(ReadOnlySpan<double> forecasts, double mixed, double actual)
    {
        double slope = Math.Sign(mixed - actual);
        for (var i = 0; i < forecasts.Length; i++)
        {
            if (double.IsNaN(forecasts[i]))
                continue;
            var regret = slope * (mixed - forecasts[i]);
            _regrets[i] = (memory * _regrets[i]) + regret;
            _squares[i] = (memory * memory * _squares[i]) + (regret * regret);
        }
    }

    /// <summary>Lets what was learnt so far count for <paramref name="part"/> of what it did: the series has changed.</summary>
    public void Fade(double part)
    {
        for (var i = 0; i < _regrets.Length; i++)
        {
            _regrets[i] *= part;
            _squares[i] *= part * part;
        }
    }

    private double Weight(int learner) => _regrets[learner] > 0 ? _regrets[learner] / _squares[learner] : 0;
}
