using System.Globalization;

namespace EdgeDb.Benchmarks.Calendar;

/// <summary>
/// <c>bench calendar --edgedb PROGRAM --libical PROGRAM [--rounds N] [--dir FOLDER]</c>: reading and expanding a calendar, as whole
/// processes of the native binary and of a C program over libical that print the same lines, then the parts of it in this process.
/// </summary>
internal static class CalendarBenchmark
{
    private const string Usage = "usage: bench calendar --edgedb PROGRAM --libical PROGRAM [--rounds N] [--dir FOLDER]";

    public static Task<int> RunAsync(string[] args)
    {
        string? edgedb = null, libical = null;
        var rounds = 7;
        var parent = Path.GetTempPath();
        for (var i = 0; i < args.Length; i += 2)
        {
            switch (args[i..])
            {
                case ["--edgedb", var value, ..]:
                    edgedb = value;
                    break;
                case ["--libical", var value, ..]:
                    libical = value;
                    break;
                case ["--rounds", var value, ..] when int.TryParse(value, CultureInfo.InvariantCulture, out rounds) && rounds > 0:
                    break;
                case ["--dir", var value, ..]:
                    parent = value;
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return Task.FromResult(2);
            }
        }

        if (edgedb is null || libical is null)
        {
            Console.Error.WriteLine(Usage);
            return Task.FromResult(2);
        }

        var folder = Directory.CreateDirectory(Path.Combine(parent, $"edgedb-bench-{Environment.ProcessId}")).FullName;
        try
        {
            return Task.FromResult(Compare(folder, edgedb, libical, rounds) ? 0 : 1);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Compare(string folder, string edgedb, string libical, int rounds)
    {
        Console.WriteLine($"Read and expand two years, whole processes that print one JSON line an occurrence, medians of {rounds} runs in turn:");
        Console.WriteLine($"{"events",8}{"occurrences",13}{"libical ms",12}{"edgedb ms",11}{"times",8}{"libical MB",12}{"edgedb MB",11}");
        var same = true;
        foreach (var events in new[] { 400, 4_000, 10_000 })
        {
            var file = Path.Combine(folder, $"{events}.ics");
            CalendarGenerator.Write(file, events);
            var theirs = Path.Combine(folder, "libical.txt");
            var ours = Path.Combine(folder, "edgedb.txt");
            RunLibical(theirs, libical, file);
            RunEdgeDb(ours, edgedb, file);
            var lines = Sorted(ours);
            same &= lines.SequenceEqual(Sorted(theirs), StringComparer.Ordinal);

            var (libicalRuns, edgedbRuns) = (new List<WholeProcess.Cost>(), new List<WholeProcess.Cost>());
            for (var round = 0; round < rounds; round++)
            {
                libicalRuns.Add(RunLibical(null, libical, file));
                edgedbRuns.Add(RunEdgeDb(null, edgedb, file));
            }

            var (their, our) = (WholeProcess.Median(libicalRuns), WholeProcess.Median(edgedbRuns));
            Console.WriteLine(
                $"{events,8}{lines.Length,13}{their.Milliseconds,12:0}{our.Milliseconds,11:0}{their.Milliseconds / our.Milliseconds,8:0.0}"
                + $"{their.Megabytes,12:0.0}{our.Megabytes,11:0.0}");
        }

        Console.WriteLine(same
            ? "Both print the same starts, ends, UIDs and titles (libical's order is that of the file, ours that of time)."
            : "THE TWO DO NOT PRINT THE SAME OCCURRENCES.");
        ExpansionCosts.Print(Path.Combine(folder, "10000.ics"));
        return same;
    }

    private static WholeProcess.Cost RunLibical(string? output, string program, string file) =>
        WholeProcess.Run(output, program, file, $"{CalendarGenerator.From:yyyyMMdd}T000000Z", $"{CalendarGenerator.To:yyyyMMdd}T000000Z");

    private static WholeProcess.Cost RunEdgeDb(string? output, string program, string file) => WholeProcess.Run(
        output, program, "calendar", "expand", file,
        "--from", $"{CalendarGenerator.From:yyyy-MM-dd}T00:00:00Z", "--to", $"{CalendarGenerator.To:yyyy-MM-dd}T00:00:00Z", "--zone", "Europe/Berlin");

    // A single event has no recurrence id here and its own start in the C program.
    private static string[] Sorted(string file)
    {
        var lines = File.ReadAllLines(file);
        for (var i = 0; i < lines.Length; i++)
        {
            var from = lines[i].IndexOf(",\"recurrenceId\"", StringComparison.Ordinal);
            var to = lines[i].IndexOf(",\"start\"", StringComparison.Ordinal);
            lines[i] = lines[i].Remove(from, to - from);
        }

        Array.Sort(lines, StringComparer.Ordinal);
        return lines;
    }
}
