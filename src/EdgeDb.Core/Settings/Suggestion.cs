namespace EdgeDb.Core.Settings;

/// <summary>Finds the name that somebody who mistyped one meant.</summary>
internal static class Suggestion
{
    private const int Longest = 64;

    /// <summary>The nearest of <paramref name="names"/>, when at most a third of its letters differ; null otherwise.</summary>
    public static string? Nearest(string written, IEnumerable<string> names)
    {
        if (written.Length is 0 or > Longest)
            return null;
        string? nearest = null;
        var least = int.MaxValue;
        foreach (var name in names)
        {
            // The last part alone is what people remember of a name in a group.
            var part = name[(name.LastIndexOf('.') + 1)..];
            var distance = Math.Min(Distance(written, name), part.Length == name.Length ? int.MaxValue : Distance(written, part) + 1);
            if (distance < least && distance <= Math.Max(2, Math.Min(written.Length, name.Length) / 3))
                (nearest, least) = (name, distance);
        }

        return nearest;
    }

    /// <summary>Letters to insert, remove, replace or swap with their neighbour (optimal string alignment); case makes no difference.</summary>
    internal static int Distance(string a, string b)
    {
        var (beforeLast, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Same(i, j) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(i, j - 1) && Same(i - 1, j))
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[b.Length];

        bool Same(int i, int j) => char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
    }
}
