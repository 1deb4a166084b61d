using System.Diagnostics;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Conformance.Reading;

/// <summary>No file of any collection, fuzzer's finds and things that are no calendars included, crashes, hangs or fills memory.</summary>
public sealed class HostileFileTests
{
    private const long MaxAllocatedBytes = 64L << 20;
    // Ten times what is promised, as the machine runs other tests.
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("ics-libical")]
    [InlineData("ics-icalendar-py")]
    [InlineData("ics-icaljs")]
    [InlineData("ics-allenporter")]
    [InlineData("ics-nodeical")]
    [InlineData("ics-magicmirror")]
    public void Every_file_is_read_soon_and_in_64_MB(string collection)
    {
        // Compiling the methods is not the file's fault.
        CalendarDocument.Read(new MemoryStream("BEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=DAILY\nEND:VEVENT"u8.ToArray()), keepText: true);
        var wrong = new List<string>();
        foreach (var path in Datasets.Files(collection, "*"))
        {
            var bytes = File.ReadAllBytes(path);
            // What was ever allocated is more than what was held at any time.
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            var document = CalendarDocument.Read(new MemoryStream(bytes), keepText: true);
            var time = Stopwatch.GetElapsedTime(start);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            if (time > MaxTime || allocated > MaxAllocatedBytes)
                wrong.Add($"{path}: {time.TotalMilliseconds:0} ms, {allocated >> 20} MB, {document.Problems.Count} problems");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
