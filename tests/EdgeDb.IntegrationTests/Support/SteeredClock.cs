using System.Globalization;
using EdgeDb.Tests;

namespace EdgeDb.IntegrationTests;

/// <summary>
/// The wall clock of one process, to be set while it runs: libfaketime is loaded in front of the C library and looks into a file each time it is asked. The clock that only goes forward is the real
/// one. Works for the native executable as for the build.
/// </summary>
internal sealed class SteeredClock
{
    private readonly string _file;

    public SteeredClock(string file)
    {
        _file = file;
        Ahead(TimeSpan.Zero);
    }

    /// <summary>What the process is to be started with. Skips the test where there is no libfaketime.</summary>
    public (string Name, string Value)[] Environment =>
    [
        ("LD_PRELOAD", Library()), ("FAKETIME_TIMESTAMP_FILE", _file), ("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("NO_FAKE_STAT", "1"),
        // Or it takes the end of every wait of a thread for one by the wall clock: in 1970 a wait of milliseconds lasts for hours.
        ("FAKETIME_FORCE_MONOTONIC_FIX", "0"),
    ];

    /// <summary>The process's clock against ours, from its next look on.</summary>
    public void Ahead(TimeSpan by) => Write(by.TotalSeconds.ToString("+0;-0", CultureInfo.InvariantCulture));

    /// <summary>From now on it begins there.</summary>
    public void At(DateTimeOffset time) => Ahead(time - TimeProvider.System.GetUtcNow());

    private void Write(string text)
    {
        // As a whole, or the process could look in the middle of it.
        File.WriteAllText(_file + ".new", text + "\n");
        File.Move(_file + ".new", _file, overwrite: true);
    }

    private static string Library() =>
        Directory.Exists("/usr/lib") && Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true }).FirstOrDefault() is { } library
            ? library
            : throw UpstreamsMissingException.Of("libfaketime is not installed (apt-get install libfaketime).");
}
