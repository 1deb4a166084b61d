using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Benchmarks.Accounts;

/// <summary>What finding out who a request comes from costs it.</summary>
internal static class CookieBenchmark
{
    private const int Operations = 20_000;
    private const int Slices = 201;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("edgedb-bench-");
        var time = TimeProvider.System;
        await using (var database = await SqliteDatabase.OpenAsync(
            new() { Path = Path.Combine(folder.FullName, "edge.db") }, Migrations.Embedded(), time, NullLogger.Instance, default))
        {
            var keys = await KeyRing.OpenAsync(database, new MasterKey(Path.Combine(folder.FullName, "keys"), null), time, default);
            await using var services = await AccountServices.OpenAsync(
                database, keys, "bench", folder.FullName, static () => new(12, 0), time, NullLoggerFactory.Instance, default);
            var account = await services.Accounts.AddAsync("Ana", Role.Owner, null, null, null, claims: true, default);
            var cookie = "";
            // A family's: each of six on eight devices.
            for (var i = 0; i < 48; i++)
                cookie = (await services.Sessions.StartAsync(account, "bench", null, default)).Cookie;
            var scopes = AccessRights.Of(AccessDomain.Events, AccessVerb.Read);
            var (_, token) = await services.Tokens.AddAsync(account, "bench", scopes, null, default);
            var (access, _) = await services.AccessTokens.IssueAsync(services.Authenticator.TryFindCookie(cookie, false, out _)!, scopes, default);
            var foreign = SessionSecret.Text(SessionSecret.NewSeries(), SessionSecret.New());
            Console.WriteLine($"Who a request comes from, medians of {Slices} slices of {Operations:N0}:");
            Console.WriteLine($"{"",-36}{"ns",8}{"B",6}");
            Report("a cookie", () => services.Authenticator.TryFindCookie(cookie, false, out _));
            Report("a cookie of nobody", () => services.Authenticator.TryFindCookie(foreign, false, out _));
            Report("an API token", () => services.Authenticator.TryFindBearer(token));
            Report("an access token, seen before", () => services.Authenticator.TryFindBearer(access));
        }

        folder.Delete(recursive: true);
    }

    private static void Report(string name, Func<Principal?> find)
    {
        var results = new List<(double Nanoseconds, double Bytes)>();
        var found = 0;
        for (var slice = -20; slice < Slices; slice++)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Operations; i++)
                found += find() is null ? 0 : 1;
            if (slice >= 0)
                results.Add((Stopwatch.GetElapsedTime(started).TotalNanoseconds / Operations, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / Operations));
        }

        results.Sort();
        var (nanoseconds, allocated) = results[Slices / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-34}{nanoseconds,8:0}{allocated,6:0}   {(found == 0 ? "nobody" : "found")}"));
    }
}
