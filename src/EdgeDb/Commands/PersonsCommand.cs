using System.IO.Pipelines;
using System.Text.Json;
using EdgeDb.Api;
using EdgeDb.Core.Access;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Household;
using EdgeDb.Core.Privacy;
using EdgeDb.Core.Security;
using EdgeDb.Options;

namespace EdgeDb.Commands;

/// <summary>
/// <c>edgedb persons</c>: everything about a person, on the machine itself, private calendars included: whoever can read the data folder can read them anyway. Through the running service, or in
/// the file when none runs.
/// </summary>
internal static class PersonsCommand
{
    private static readonly CommandOption Out = new("out", "FILE");
    private static readonly CommandOption Yes = new("yes", "");
    private static readonly CommandOption Address = new("address", "MAIL", IsRepeatable: true);
    private static readonly CommandOption ReplaceBackups = new("replace-backups", "");

    public static Task<int> RunAsync(string[] arguments) => arguments switch
    {
        ["export", .. var rest] => ExportAsync(rest),
        ["erase", .. var rest] => EraseAsync(rest),
        _ => Task.FromResult(CommandTable.Refuse("persons takes export or erase; 'edgedb help' describes them")),
    };

    private static async Task<int> ExportAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 1, Out) is not var (line, _, options))
            return CommandTable.BadCall;
        if (line.Positional is not [var name] || line.Value(Out.Name) is not { Length: > 0 } path)
            return CommandTable.Refuse("persons export needs a name and a file: edgedb persons export Ana --out ana.zip");
        var person = await FindAsync(options, name);
        if (File.Exists(path))
            return CommandTable.Refuse($"'{path}' is there already; name a new file");
        await using (var file = KeyFile.Create(Path.GetFullPath(path)))
        {
            try
            {
                if (!await RunningService.DownloadAsync(options, $"/api/persons/{person.Id}/export", file))
                    await ExportFromFileAsync(options, person, file);
            }
            catch
            {
                // Half an export is none.
                File.Delete(path);
                throw;
            }
        }

        Console.WriteLine(ConsoleText.Printable($"{person.Name}: everything is in {path}"));
        return CommandTable.Done;
    }

    private static async Task ExportFromFileAsync(EdgeDbOptions options, Person person, Stream target)
    {
        await using var opened = await OpenedPersons.OpenAsync(options);
        // Told before it is done: what cannot be told is not given out.
        opened.Audit.Write(AuditKind.Export, AuditActor.Console, person.Id, "persons:read " + person.Id);
        await opened.Audit.FlushAsync(default);
        var output = PipeWriter.Create(target, new(leaveOpen: true));
        await opened.Persons.ExportAsync(Persons.ViewOf(person, Principal.Console), output, default);
        await output.CompleteAsync();
    }

    private static async Task<int> EraseAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 1, Yes, Address, ReplaceBackups) is not var (line, _, options))
            return CommandTable.BadCall;
        if (line.Positional is not [var name])
            return CommandTable.Refuse("persons erase needs a name: edgedb persons erase Ana");
        var person = await FindAsync(options, name);
        var addresses = line.Options.TryGetValue(Address.Name, out var given) ? given : [];
        var replace = line.Value(ReplaceBackups.Name) is not null;
        var body = JsonSerializer.SerializeToUtf8Bytes(new ErasureInput(person.Name, addresses, replace ? "replace" : "keep"), ApiJson.Web.ErasureInput);
        if (await RunningService.AskAsync(options, HttpMethod.Get, $"/api/persons/{person.Id}/erasure", null, ApiJson.Web.ErasurePreviewBody) is { } preview)
        {
            if (!Ask(line, person, preview))
                return CommandTable.Failed;
            var done = await RunningService.AskAsync(options, HttpMethod.Post, $"/api/persons/{person.Id}/erasure", body, ApiJson.Web.ErasureBody);
            return Say(person, done is { Finished: true });
        }

        await using var opened = await OpenedPersons.OpenAsync(options);
        if (!Ask(line, person, PersonsApi.Body(person, await opened.Erasure.PreviewAsync(person, default))))
            return CommandTable.Failed;
        await opened.Erasure.BeginAsync(person, addresses, replace, AuditActor.Console, default);
        await opened.Erasure.FinishAsync(isWhole: false, default);
        // Answers in Redis and what was learnt of habits belong to the service.
        Console.WriteLine("The next start of the service removes what it had kept for quicker answers.");
        return Say(person, finished: true);
    }

    /// <summary>Says what would happen, and asks for the name, on the terminal or as a line of standard input.</summary>
    private static bool Ask(CommandLine line, Person person, ErasurePreviewBody preview)
    {
        foreach (var (title, lines) in new[] { ("Erased for ever:", preview.Goes), ("What stays:", preview.Stays) })
        {
            Console.WriteLine(title);
            foreach (var one in lines)
                Console.WriteLine(ConsoleText.Printable($"  {one.Count,6} {one.What}: {one.Text}"));
        }

        if (preview.Refused?.Detail is { } reason)
            throw new HouseholdException(HouseholdError.Conflict, reason);
        if (line.Value(Yes.Name) is not null)
            return true;
        Console.Error.WriteLine(ConsoleText.Printable($"This cannot be undone. Type the name '{person.Name}' to erase, then Enter:"));
        if (Console.ReadLine()?.Trim() == person.Name)
            return true;
        Console.Error.WriteLine("edgedb: that is not the name; nothing was erased");
        return false;
    }

    private static int Say(Person person, bool finished)
    {
        Console.WriteLine(finished ? $"Erased {person.Id}." : $"{person.Id} is out, and the rest follows in the background.");
        return CommandTable.Done;
    }

    /// <summary>The person of that name, as a member or an account, or of that id.</summary>
    private static async Task<Person> FindAsync(EdgeDbOptions options, string name)
    {
        using var database = DataCommand.OpenForReading(options);
        var found = await database.ReadAsync(name, static (session, name) => Person.FindByName(session, name), default);
        return found switch
        {
            [var only] => only,
            [] => throw new HouseholdException(HouseholdError.NotFound, $"There is nobody called '{HouseholdException.Shorten(name)}'."),
            _ => throw new HouseholdException(
                HouseholdError.Conflict, $"{found.Count} persons are called '{HouseholdException.Shorten(name)}'; name one by its id: {string.Join(", ", found.Select(static person => person.Id))}"),
        };
    }
}
