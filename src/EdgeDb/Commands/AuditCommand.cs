using System.Globalization;
using System.Text.Json;
using EdgeDb.Api;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Options;

namespace EdgeDb.Commands;

/// <summary><c>edgedb audit verify | show | export</c>: reads the audit log of a data folder, also while the service runs.</summary>
internal static class AuditCommand
{
    private const int ShownUnlessAsked = 50;
    private const int MostShown = 10_000;
    private const int ReadAtOnce = 500;

    private static readonly CommandOption Head = new("head", "SEQUENCE:HASH");
    private static readonly CommandOption Limit = new("limit", "N");
    private static readonly CommandOption Kind = new("kind", "KIND");
    private static readonly CommandOption By = new("actor", "ACTOR");

    public static Task<int> RunAsync(string[] arguments) => arguments switch
    {
        ["verify", .. var rest] => VerifyAsync(rest),
        ["show", .. var rest] => ShowAsync(rest),
        ["export", .. var rest] => ExportAsync(rest),
        _ => Task.FromResult(CommandTable.Refuse("'edgedb audit' is followed by verify, show or export")),
    };

    private static async Task<int> VerifyAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0, Head) is not var (line, _, options))
            return CommandTable.BadCall;
        using var database = DataCommand.OpenForReading(options);
        var noted = AuditHead.Noted(options.DatabasePath);
        if (line.Value(Head.Name) is { } text && !AuditHead.TryParse(text, out noted))
            return CommandTable.Refuse("--head takes what 'edgedb audit verify' printed before, such as 812: and 64 digits");
        var report = await AuditCheck.RunAsync(database, noted, null, CancellationToken.None);
        if (report.Problem is { } problem)
        {
            await Console.Error.WriteLineAsync($"edgedb: the audit log is broken. {problem}");
            return CommandTable.Failed;
        }

        var erased = report.Erased == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {report.Erased} details were erased with the persons they were about.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Entries} entries from {report.First} on, nothing wrong.{erased}"));
        Console.WriteLine($"head {report.Head}");
        return CommandTable.Done;
    }

    private static async Task<int> ShowAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0, Limit, Kind, By) is not var (line, _, options))
            return CommandTable.BadCall;
        var limit = ShownUnlessAsked;
        if (line.Value(Limit.Name) is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is 0 or > MostShown))
            return CommandTable.Refuse($"--limit is a number from 1 to {MostShown}");
        if (line.Value(Kind.Name) is { } kind && AuditKinds.Of(kind) is null)
            return CommandTable.Refuse($"--kind is one of {string.Join(", ", AuditKinds.All)}");
        using var database = DataCommand.OpenForReading(options);
        var entries = await Reader(options, database).NewestAsync(long.MaxValue, line.Value(Kind.Name), line.Value(By.Name), limit, CancellationToken.None);
        // Oldest first, so that the newest stand above the prompt.
        foreach (var entry in Enumerable.Reverse(entries))
            Console.WriteLine(ConsoleText.Printable(string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.Sequence,7} {TimeText.Instant(entry.At)}  {entry.Kind,-14} {entry.Actor}{(entry.Who is null ? "" : $" ({entry.Who})")}: {entry.What}{(entry.IsErased ? " [erased]" : "")}")));
        return CommandTable.Done;
    }

    /// <summary>One JSON object a line, oldest first, as <c>/api/audit</c> answers them.</summary>
    private static async Task<int> ExportAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0) is not var (_, _, options))
            return CommandTable.BadCall;
        using var database = DataCommand.OpenForReading(options);
        var reader = Reader(options, database);
        await using var output = Console.OpenStandardOutput();
        var after = 0L;
        while (await reader.AfterAsync(after, ReadAtOnce, CancellationToken.None) is { Count: > 0 } entries)
        {
            foreach (var entry in entries)
            {
                await output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(AuditApi.Body(entry), ApiJson.Web.AuditEntryBody));
                output.WriteByte((byte)'\n');
            }

            after = entries[^1].Sequence;
        }

        return CommandTable.Done;
    }

    private static AuditReader Reader(EdgeDbOptions options, SqliteFileReader database) => new(database, new SubjectKeys(MasterKey.Of(options.Data)));
}
