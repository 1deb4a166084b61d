using System.Text;
using System.Text.Json;
using EdgeDb.Api;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Hosting;
using EdgeDb.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Commands;

/// <summary>
/// <c>edgedb account</c>: accounts on the machine itself, also when nobody can sign in any more: whoever can read the data folder is the owner anyway. Through the running
/// service, or in the file when none runs.
/// </summary>
internal static class AccountCommand
{
    private static readonly CommandOption RoleOption = new("role", "ROLE");

    public static Task<int> RunAsync(string[] arguments) => arguments switch
    {
        ["list", .. var rest] => ListAsync(rest),
        ["add", .. var rest] => AddAsync(rest),
        ["set-password", .. var rest] => SetPasswordAsync(rest),
        ["set-role", .. var rest] => SetRoleAsync(rest),
        ["unlock", .. var rest] => UnlockAsync(rest),
        ["remove", .. var rest] => RemoveAsync(rest),
        _ => Task.FromResult(CommandTable.Refuse("account takes list, add, set-password, set-role, unlock or remove; 'edgedb help' describes them")),
    };

    private static async Task<int> ListAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0) is not var (_, _, options))
            return CommandTable.BadCall;
        foreach (var account in await AccountsAsync(options))
            Console.WriteLine(ConsoleText.Printable(Line(account)));
        return CommandTable.Done;
    }

    private static async Task<int> AddAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 1, RoleOption) is not var (line, _, options))
            return CommandTable.BadCall;
        if (line.Positional is not [var name])
            return CommandTable.Refuse("account add needs a name: edgedb account add Ana --role owner");
        var role = AccountRules.Role(line.Value(RoleOption.Name) ?? "owner");
        var password = AccountRules.Password(ReadPassword(), AccountRules.Name(name));
        var body = JsonSerializer.SerializeToUtf8Bytes(new AccountInput(name, AccountRules.Text(role), null, null, password), ApiJson.Web.AccountInput);
        var added = await RunningService.AskAsync(options, HttpMethod.Post, "/api/accounts", body, ApiJson.Web.AccountBody) ?? await ChangeAsync(
            options,
            $"added as {AccountRules.Text(role)}",
            async services => await services.Accounts.AddAsync(name, role, null, null, await services.Hasher.HashAsync(password, default), claims: false, default));
        Console.WriteLine(ConsoleText.Printable(Line(added)));
        return CommandTable.Done;
    }

    private static async Task<int> SetPasswordAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 1) is not var (line, _, options))
            return CommandTable.BadCall;
        if (line.Positional is not [var name])
            return CommandTable.Refuse("account set-password needs a name: edgedb account set-password Ana");
        var account = await FindAsync(options, name);
        var password = AccountRules.Password(ReadPassword(), account.Name);
        var body = JsonSerializer.SerializeToUtf8Bytes(new PasswordInput(password, null), ApiJson.Web.PasswordInput);
        if (!await RunningService.TellAsync(options, HttpMethod.Put, $"/api/accounts/{account.Id}/password", body))
        {
            await ChangeAsync(
                options,
                "password set",
                async services =>
                {
                    var changed = await services.Accounts.SetPasswordAsync(account.Id, await services.Hasher.HashAsync(password, default), default);
                    await services.Sessions.RevokeAsync(session => session.AccountId == account.Id, default);
                    return changed;
                });
        }

        Console.WriteLine(ConsoleText.Printable($"{account.Name}: password set; signed out everywhere"));
        return CommandTable.Done;
    }

    private static async Task<int> SetRoleAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 2) is not var (line, _, options))
            return CommandTable.BadCall;
        if (line.Positional is not [var name, var text])
            return CommandTable.Refuse("account set-role needs a name and a role: edgedb account set-role Ana owner");
        var role = AccountRules.Role(text);
        var account = await FindAsync(options, name);
        var body = JsonSerializer.SerializeToUtf8Bytes(new AccountChange(null, text, null, null, null), ApiJson.Web.AccountChange);
        var changed = await RunningService.AskAsync(options, HttpMethod.Put, $"/api/accounts/{account.Id}", body, ApiJson.Web.AccountBody)
            ?? await ChangeAsync(options, $"changed; {AccountRules.Text(role)}", services => services.Accounts.ChangeAsync(account.Id, null, before => before with { Role = role }, default));
        Console.WriteLine(ConsoleText.Printable(Line(changed)));
        return CommandTable.Done;
    }

    private static async Task<int> UnlockAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 1) is not var (line, _, options))
            return CommandTable.BadCall;
        if (line.Positional is not [var name])
            return CommandTable.Refuse("account unlock needs a name: edgedb account unlock Ana");
        var account = await FindAsync(options, name);
        // Without a service nobody waits: what is counted is counted in its memory.
        await RunningService.TellAsync(options, HttpMethod.Post, $"/api/accounts/{account.Id}/unlock", null);
        Console.WriteLine(ConsoleText.Printable($"{account.Name}: need not wait to sign in"));
        return CommandTable.Done;
    }

    private static async Task<int> RemoveAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 1) is not var (line, _, options))
            return CommandTable.BadCall;
        if (line.Positional is not [var name])
            return CommandTable.Refuse("account remove needs a name: edgedb account remove Ana");
        var account = await FindAsync(options, name);
        if (!await RunningService.TellAsync(options, HttpMethod.Delete, $"/api/accounts/{account.Id}", null))
        {
            await ChangeAsync(
                options,
                "removed",
                async services =>
                {
                    var removed = services.Accounts.Require(account.Id);
                    await services.Accounts.RemoveAsync(account.Id, null, default);
                    return removed;
                });
        }

        Console.WriteLine(ConsoleText.Printable($"{account.Name}: removed"));
        return CommandTable.Done;
    }

    private static async Task<AccountBody> FindAsync(EdgeDbOptions options, string name)
    {
        var key = Account.NameKey(name);
        return (await AccountsAsync(options)).FirstOrDefault(account => Account.NameKey(account.Name) == key)
            ?? throw new HouseholdException(HouseholdError.NotFound, $"There is no account '{HouseholdException.Shorten(name)}'; 'edgedb account list' shows those there are.");
    }

    private static async Task<IReadOnlyList<AccountBody>> AccountsAsync(EdgeDbOptions options)
    {
        if (await RunningService.AskAsync(options, HttpMethod.Get, "/api/accounts?limit=500", null, ApiJson.Web.AccountList) is { } list)
            return list.Items;
        await using var opened = await OpenAsync(options);
        return [.. opened.Services.Accounts.All.Values.OrderBy(static account => account.Id, StringComparer.Ordinal).Select(AccountsApi.Body)];
    }

    /// <summary>Changes the file itself, and tells its audit log as the service would.</summary>
    private static async Task<AccountBody> ChangeAsync(EdgeDbOptions options, string what, Func<AccountServices, Task<Account>> change)
    {
        await using var opened = await OpenAsync(options);
        var account = await change(opened.Services);
        await ConsoleAudit.NoteAsync(opened.Database, opened.Subjects, AuditKind.Account, account.Id, $"{account.Name}: {what}");
        return AccountsApi.Body(account);
    }

    private static async Task<Opened> OpenAsync(EdgeDbOptions options)
    {
        var (time, loggers) = (TimeProvider.System, NullLoggerFactory.Instance);
        var safe = HouseholdKeys.Of(DataCommand.Existing(options), time, loggers);
        var database = await HouseholdDatabase.OpenAsync(options, safe, time, loggers, default);
        try
        {
            var keys = await HouseholdDatabase.OpenKeysAsync(options, safe, database, time, default);
            return new(database, safe.Subjects, await AccountServices.OpenAsync(
                database, keys, await SecondLevelStore.HouseholdAsync(database, default), options.Data, static () => default, time, loggers, default));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    private static string Line(AccountBody account) =>
        $"{account.Name}  {account.Role}{(account.HasPassword ? "" : ", no password")}{(account.HasPin ? ", PIN" : "")}{(account.HasTotp ? ", second factor" : "")}"
        + $"{(account.Hours is null ? "" : $", {account.Hours}")}{(account.Disabled ? ", disabled" : "")}";

    /// <summary>Never from the arguments, where every program of the machine sees it: typed without an echo, or a line of standard input.</summary>
    private static string ReadPassword()
    {
        if (Console.IsInputRedirected)
            return Console.In.ReadLine() ?? "";
        Console.Error.Write("Password: ");
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }

    private sealed class Opened(SqliteDatabase database, SubjectKeys subjects, AccountServices services) : IAsyncDisposable
    {
        public SqliteDatabase Database { get; } = database;

        public SubjectKeys Subjects { get; } = subjects;

        public AccountServices Services { get; } = services;

        public async ValueTask DisposeAsync()
        {
            await Services.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
