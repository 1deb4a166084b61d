using System.Numerics;

namespace EdgeDb.Core.Learning;

/// <summary>
/// Forecast by analogy: finds the distances into the past at which the series ran as it does now, and takes the median of what came then.
/// For each lag L the mismatch is a decaying sum, e(L) ← β·e(L) + |y(t) − y(t−L)|, which costs one pass over the lags a step. With a short memory
/// these are the nearest neighbours of the last minutes, with a long one the period of the series, whatever it is: no calendar is asked.
/// </summary>
internal sealed class SimilarPast : ISeriesLearner
{
    private readonly float[] _mismatch;
    private readonly float _decay;
    private readonly int _warmUp;
    private readonly int _neighbours;
    private readonly bool _shifted;
    private readonly float[] _best;
    private readonly int[] _lags;
    private readonly double[] _outcomes;

    /// <param name="name">Its name.</param>
    /// <param name="longestLag">Steps looked back.</param>
    /// <param name="halfLifeSteps">Steps after which a mismatch counts half.</param>
    /// <param name="neighbours">Lags whose outcomes are taken.</param>
    /// <param name="shifted">Whether outcomes are moved by the difference between now and then: the change is taken over, not the value.</param>
    public SimilarPast(string name, int longestLag, double halfLifeSteps, int neighbours, bool shifted)
    {
        Name = name;
        _mismatch = new float[longestLag];
        _decay = (float)Math.Pow(0.5, 1 / halfLifeSteps);
        _warmUp = (int)Math.Ceiling(3 * halfLifeSteps);
        _neighbours = neighbours;
        _shifted = shifted;
        _best = new float[neighbours];
        _lags = new int[neighbours];
        _outcomes = new double[neighbours];
    }

    public string Name { get; }

    public void Observe(SeriesHistory history, bool measured)
    {
        if (!measured)
            return;
        // _mismatch[^L] belongs to lag L: the same order as the history's, oldest first.
        var reach = Math.Min(_mismatch.Length, history.Count - 1);
        var past = history.Window(reach, 1);
        var mismatch = _mismatch.AsSpan(_mismatch.Length - reach);
        var now = new Vector<double>(history[0]);
        var decay = new Vector<float>(_decay);
        var i = 0;
        for (; i <= reach - Vector<float>.Count; i += Vector<float>.Count)
        {
            var low = Vector.Abs(now - new Vector<double>(past[i..]));
            var high = Vector.Abs(now - new Vector<double>(past[(i + Vector<double>.Count)..]));
            ((decay * new Vector<float>(mismatch[i..])) + Vector.Narrow(low, high)).CopyTo(mismatch[i..]);
        }

        for (; i < reach; i++)
            mismatch[i] = (_decay * mismatch[i]) + (float)Math.Abs(history[0] - past[i]);
    }

    public void Forecast(SeriesHistory history, ReadOnlySpan<int> horizons, Span<double> forecasts)
    {
        var found = FindLags((int)Math.Min(Math.Min(_mismatch.Length, history.Count - 1), history.Position - 1 - _warmUp), horizons[^1]);
        for (var h = 0; h < horizons.Length; h++)
        {
            for (var i = 0; i < found; i++)
                _outcomes[i] = history[_lags[i] - horizons[h]] + (_shifted ? history[0] - history[_lags[i]] : 0);
            forecasts[h] = found == 0 ? double.NaN : SameTimeMedian.Median(_outcomes.AsSpan(0, found));
        }
    }

    /// <summary>The best lags from <paramref name="shortest"/> (the outcome of a shorter one has not come yet) to <paramref name="longest"/>.</summary>
    private int FindLags(int longest, int shortest)
    {
        var found = 0;
        var first = _mismatch.Length - longest;
        // From the nearest lag on, so that of equal matches the most recent ones are taken.
        for (var i = _mismatch.Length - shortest; i >= first; i--)
        {
            // Most lags are no match: pass over them a vector at a time.
            if (found == _neighbours)
            {
                var worst = new Vector<float>(_best[^1]);
                while (i - Vector<float>.Count >= first - 1 && !Vector.LessThanAny(new Vector<float>(_mismatch, i - Vector<float>.Count + 1), worst))
                    i -= Vector<float>.Count;
                if (i < first)
                    break;
            }

            var mismatch = _mismatch[i];
            if (found == _neighbours && mismatch >= _best[^1])
                continue;
            var at = found < _neighbours ? found++ : found - 1;
            for (; at > 0 && _best[at - 1] > mismatch; at--)
                (_best[at], _lags[at]) = (_best[at - 1], _lags[at - 1]);
            (_best[at], _lags[at]) = (mismatch, _mismatch.Length - i);
        }

        return found;
    }
}
