namespace EdgeDb.Core.Connections;

/// <summary>Refuses options with everything that is wrong with them.</summary>
internal static class OptionProblems
{
    /// <summary>Throws <see cref="ArgumentException"/> with every problem in one message, when there are any.</summary>
    /// <param name="problems">One sentence each.</param>
    /// <param name="introduction">What cannot be used, where the sentences do not say.</param>
    public static void ThrowIfAny(this IReadOnlyCollection<string> problems, string? introduction = null)
    {
        if (problems.Count > 0)
            throw new ArgumentException($"{(introduction is null ? "" : introduction + ": ")}{string.Join(' ', problems)}");
    }
}
