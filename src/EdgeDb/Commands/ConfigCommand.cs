using System.Text.Json;
using EdgeDb.Api;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Household;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using EdgeDb.Hosting;
using EdgeDb.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Commands;

/// <summary>
/// <c>edgedb config</c>: shows, changes and checks settings. While the service runs it is asked, so that the answer is its own and a change holds at once; else the
/// database is read, and written under its lock.
/// </summary>
internal static class ConfigCommand
{
    private static readonly CommandOption Json = new("json", "");

    public static Task<int> RunAsync(string[] arguments) => arguments switch
    {
        ["show", .. var rest] => ShowAsync(rest),
        ["set", .. var rest] => SetAsync(rest),
        ["unset", .. var rest] => UnsetAsync(rest),
        ["check", .. var rest] => Task.FromResult(Check(rest)),
        ["schema"] => Task.FromResult(Schema()),
        _ => Task.FromResult(CommandTable.Refuse("config takes show, set, unset, check or schema; 'edgedb help' describes them")),
    };

    private static async Task<int> ShowAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 1, Json) is not var (line, values, options))
            return CommandTable.BadCall;
        var path = line.Positional is [var given] ? given : "";
        var isGroup = path.Length == 0 || SettingTable.Catalog.IsGroup(path);
        var one = isGroup ? null : StoredSettings.Find(path);
        var prefix = path.Length == 0 ? "" : path + ".";
        var all = await RunningService.AskAsync(options, HttpMethod.Get, "/api/config", null, ApiJson.Web.SettingList) ?? new SettingList(await ReadAsync(values, options), null);
        var shown = all with { Items = [.. all.Items.Where(item => one is null ? item.Name.StartsWith(prefix, StringComparison.Ordinal) : item.Name == one.Path)] };
        if (line.Value(Json.Name) is not null)
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(shown, ApiJson.Web.SettingList));
        else if (one is not null)
            Describe(shown.Items[0]);
        else
            foreach (var item in shown.Items)
                Console.WriteLine(Line(item));
        return CommandTable.Done;
    }

    private static async Task<int> SetAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 2) is not var (line, values, options))
            return CommandTable.BadCall;
        if (line.Positional is not [var path, var text])
            return CommandTable.Refuse("config set needs a name and a value: edgedb config set cache.entries 500");
        var setting = StoredSettings.Find(path);
        var value = StoredSettings.Check(setting, text);
        var body = JsonSerializer.SerializeToUtf8Bytes(new SettingInputBody(text), ApiJson.Web.SettingInputBody);
        return await ChangeAsync(values, options, setting, HttpMethod.Put, body, database => RuntimeSettingStore.SetAsync(database, setting.Path, value.Text, default));
    }

    private static async Task<int> UnsetAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 1) is not var (line, values, options))
            return CommandTable.BadCall;
        if (line.Positional is not [var path])
            return CommandTable.Refuse("config unset needs a name: edgedb config unset cache.entries");
        var setting = StoredSettings.Find(path);
        return await ChangeAsync(values, options, setting, HttpMethod.Delete, null, async database =>
        {
            if ((await StoredSettings.AddToAsync(values, database, [], default))[setting].Input.Layer != SettingLayer.Database)
                throw new HouseholdException(HouseholdError.Conflict, $"{setting.Path} is not set in the database.");
            await RuntimeSettingStore.UnsetAsync(database, setting.Path, default);
        });
    }

    private static int Check(string[] arguments)
    {
        if (arguments is not [var path] || path.StartsWith("--", StringComparison.Ordinal))
            return CommandTable.Refuse("config check needs a file: edgedb config check /etc/edgedb/edgedb.json");
        var problems = new List<string>();
        var file = SettingFile.Read(SettingTable.Catalog, path, mustExist: true, problems);
        EdgeDbOptions.From(SettingValues.Defaults(SettingTable.Catalog).With(file, problems), problems);
        foreach (var problem in problems)
            Console.WriteLine(problem);
        if (problems.Count > 0)
            return CommandTable.Failed;
        Console.WriteLine($"{path}: {file.Count} settings, nothing wrong");
        return CommandTable.Done;
    }

    private static int Schema()
    {
        using var output = Console.OpenStandardOutput();
        SettingSchema.Write(SettingTable.Catalog, output);
        output.WriteByte((byte)'\n');
        return CommandTable.Done;
    }

    private static async Task<int> ChangeAsync(
        SettingValues values, EdgeDbOptions options, Setting setting, HttpMethod method, byte[]? body, Func<SqliteDatabase, Task> change)
    {
        var changed = await RunningService.AskAsync(options, method, "/api/config/" + setting.Path, body, ApiJson.Web.SettingBody);
        if (changed is null)
        {
            await using var database = await HouseholdDatabase.OpenAsync(
                DataCommand.Existing(options), HouseholdKeys.Of(options, TimeProvider.System, NullLoggerFactory.Instance), TimeProvider.System, NullLoggerFactory.Instance, default);
            await change(database);
            await ConsoleAudit.NoteAsync(database, AuditKind.Setting, $"settings:change {setting.Path}");
            changed = ConfigAnswers.Of((await StoredSettings.AddToAsync(values, database, [], default))[setting], null);
        }

        Console.WriteLine(Line(changed));
        return CommandTable.Done;
    }

    private static async Task<IReadOnlyList<SettingBody>> ReadAsync(SettingValues values, EdgeDbOptions options)
    {
        if (File.Exists(options.DatabasePath))
        {
            using var database = DataCommand.OpenForReading(options);
            var problems = new List<string>();
            values = await StoredSettings.AddToAsync(values, database, problems, default);
            foreach (var problem in problems)
                await Console.Error.WriteLineAsync($"edgedb: not used: {problem}");
        }

        return [.. SettingTable.Catalog.All.Select(setting => ConfigAnswers.Of(values[setting], null))];
    }

    private static string Line(SettingBody item) =>
        ConsoleText.Printable(
            $"{item.Name} = {item.Value}{(item.Unit.Length == 0 ? "" : " " + item.Unit)}  ({(item.From.Length == 0 ? "default" : item.From)})"
            + (item.AfterRestart is null ? "" : $"; after a restart: {item.AfterRestart}"));

    private static void Describe(SettingBody item)
    {
        Console.WriteLine(Line(item));
        Console.WriteLine($"  {item.Description}");
        Console.WriteLine($"  Range: {item.Range}. Default: {(item.Default.Length == 0 ? "none" : item.Default)}. {(item.TakesEffect == "atOnce" ? "A change holds at once." : "A change holds after a restart.")}");
        Console.WriteLine($"  {item.Option}, {item.Variable}");
    }
}
