using System.Runtime.CompilerServices;

namespace EdgeDb.BrowserTests;

/// <summary>A test that ends: what a page is asked to compute has no limit of its own, and one that waits for ever would hold up all others.</summary>
internal sealed class FactAttribute : Xunit.FactAttribute
{
    /// <summary>Of one test, in milliseconds: about four times what the longest took on a busy machine (155 s).</summary>
    public const int LimitMs = 600_000;

    public FactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Timeout = LimitMs;
}

/// <summary>The same for a test of several cases; the limit is that of each.</summary>
internal sealed class TheoryAttribute : Xunit.TheoryAttribute
{
    public TheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Timeout = FactAttribute.LimitMs;
}
