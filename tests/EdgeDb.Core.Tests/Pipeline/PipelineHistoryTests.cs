using System.Buffers;
using System.Globalization;
using System.Text;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Connections.Redis;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

/// <summary>
/// Random histories of the whole pipeline with a real Redis behind it. What every answer must keep to, whatever happened before: it is of the one who asks;
/// it shows every commit before the question, unless it says that it could not be made; it is no older than its origin allows; and it does not come from a
/// run whose end nobody saw. <c>EDGEDB_HISTORIES</c> says how many are tried; a failure names its seed.
/// </summary>
public sealed class PipelineHistoryTests
{
    private const int Steps = 40;

    private static readonly int Histories =
        int.TryParse(Environment.GetEnvironmentVariable("EDGEDB_HISTORIES"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 500;

    [Fact]
    public async Task No_history_leads_to_an_answer_that_is_too_old_or_of_another_audience()
    {
        await using var server = await RedisServer.StartAsync();
        await using var other = await server.OpenAsync();
        var found = 0;
        var foundOfEarlierRuns = 0;
        for (var seed = 0; seed < Histories; seed++)
        {
            await using var history = new History(server, other, seed);
            try
            {
                await history.FollowAsync(Steps);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}, after {string.Join(", ", history.Done)}: {failure.Message}", failure);
            }

            found += history.Found;
            foundOfEarlierRuns += history.FoundOfEarlierRuns;
        }

        // Else it would show nothing about the second level.
        Assert.True(found > Histories / 2, $"Only {found} answers came from the second level.");
        Assert.True(foundOfEarlierRuns > Histories / 10, $"Only {foundOfEarlierRuns} of them from a run before.");
    }

    private sealed class History(RedisServer server, RedisConnection other, int seed) : IAsyncDisposable
    {
        private static readonly string[] Audiences = ["", "parent", "child"];
        private static readonly string[] Rows = ["", "a", "b"];

        private static readonly TimeSpan[] Passing =
            [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6), TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(250), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(90)];

        private readonly Random _random = new(seed);
        private readonly ManualTimeProvider _time = new();
        private readonly Household _household = new();
        private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"history{seed}");
        private readonly Dictionary<string, byte[]> _stolen = [];
        private readonly Dictionary<string, int> _notBefore = [];
        private SecondLevelNode _node = null!;
        private int _firstRun;

        // Half of the histories have no work behind their backs, and can be held to more.
        private readonly PipelineFeatures _features = seed % 2 == 0 ? PipelineFeatures.All : PipelineFeatures.All & ~PipelineFeatures.Refreshing;

        private bool Refreshes => (_features & PipelineFeatures.Refreshing) != 0;

        public List<string> Done { get; } = [];

        public int Found { get; private set; }

        public int FoundOfEarlierRuns { get; private set; }

        public async Task FollowAsync(int steps)
        {
            _household.Time = _time;
            await BeginAsync(null);
            for (var i = 0; i < steps; i++)
                await StepAsync();
            foreach (var row in Rows)
                foreach (var audience in Audiences)
                    await AskAsync(Key(row, audience));
        }

        public async ValueTask DisposeAsync()
        {
            if (_node is not null)
                await _node.DisposeAsync();
        }

        private static string Key(string row, string audience) => $"test\x1f{row}\x1f{audience}";

        private string AnyKey() => Key(Rows[_random.Next(Rows.Length)], Audiences[_random.Next(Audiences.Length)]);

        private async Task StepAsync()
        {
            var key = AnyKey();
            switch (_random.Next(100))
            {
                case < 40:
                    Note("ask", key);
                    await AskAsync(key);
                    break;
                case < 52:
                    Note("commit");
                    Commit();
                    break;
                case < 60:
                    var by = Passing[_random.Next(Passing.Length)];
                    Note($"wait {by}");
                    _time.Advance(by);
                    break;
                case < 66:
                    Note("commit while asked", key);
                    await AskAndCommitAsync(key);
                    break;
                case < 71 when !Refreshes:
                    Note("fail", key);
                    await FailAsync(key);
                    break;
                case < 76:
                    Note("steal", key);
                    await StealAsync(key);
                    break;
                case < 82:
                    var (from, to) = (AnyKey(), AnyKey());
                    Note("put what was stolen", from, to);
                    await PutAsync(from, to);
                    break;
                case < 85:
                    Note("remove", key);
                    await ByOtherAsync("UNLINK", key);
                    break;
                case < 87:
                    Note("lose all");
                    await LoseAllAsync();
                    break;
                case < 89:
                    Note("lose the connection");
                    await LoseConnectionAsync();
                    break;
                case < 95:
                    Note("restart");
                    await BeginAsync(await _node.EndAsync());
                    break;
                default:
                    Note("power cut");
                    await _node.StoredAsync();
                    await _node.DisposeAsync();
                    _firstRun = _household.Run + 1;
                    await BeginAsync(null);
                    break;
            }
        }

        private void Note(string what, params string[] keys) => Done.Add($"{what} {string.Join(' ', keys)}".Replace('\x1f', '/'));

        private async Task BeginAsync(string? left)
        {
            _household.Run++;
            _notBefore.Clear();
            _node = new(server, _name, _time, left);
            await _node.ConnectedAsync();
        }

        /// <summary>Of one row, or of all.</summary>
        private void Commit()
        {
            var row = _random.Next(4) == 0 ? null : Rows[_random.Next(1, Rows.Length)];
            _household.Change(row);
            _node.Commit(row is null ? "t" : $"t/{row}");
        }

        private async Task AskAsync(string key)
        {
            var expected = _household.Shows(key);
            var result = await _node.AskAsync(_household, key, _features);
            await _node.StoredAsync();
            Assert.NotEqual(AnswerOrigin.StaleIfError, result.Origin);
            Check(key, result, expected);
        }

        /// <summary>Who asks at the same time may see it before or after; who asks then must see it after.</summary>
        private async Task AskAndCommitAsync(string key)
        {
            var before = _household.Shows(key);
            var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _household.Hold = _random.Next(2) == 0 ? release.Task : Task.CompletedTask;
            var asked = _node.AskAsync(_household, key, _features).AsTask();
            Commit();
            _household.Hold = Task.CompletedTask;
            release.SetResult();
            var result = await asked;
            var shown = Shown(result);
            Check(key, result, shown == before ? before : _household.Shows(key));
            await AskAsync(key);
        }

        private async Task FailAsync(string key)
        {
            var expected = _household.Shows(key);
            _household.Fails = true;
            try
            {
                Check(key, await _node.AskAsync(_household, key, _features), expected);
            }
            catch (StorageException)
            {
                // Nothing was known, or nothing young enough.
            }
            finally
            {
                _household.Fails = false;
            }
        }

        private async Task StealAsync(string key)
        {
            if (await other.GetAsync(_node.Second.PlaceOf(key).RedisKey, 0, static (reply, _) => reply.IsNull ? null : reply.AsBytes().ToArray(), CancellationToken.None) is { } bytes)
                _stolen[key] = bytes;
        }

        /// <summary>Whole or damaged, under its own key later or under another one's: as if their hashes were the same.</summary>
        private async Task PutAsync(string from, string to)
        {
            if (!_stolen.TryGetValue(from, out var bytes))
                return;
            bytes = _random.Next(4) switch
            {
                0 => bytes[..^_random.Next(1, bytes.Length)],
                1 => [.. bytes.Select((value, i) => i == bytes.Length / 2 ? (byte)(value ^ 1) : value)],
                _ => bytes,
            };
            await ByOtherAsync("SET", to, bytes);
        }

        private async Task ByOtherAsync(string command, string key, params RedisArgument[] arguments)
        {
            var existed = await other.ExecuteAsync("EXISTS", [_node.Second.PlaceOf(key).RedisKey], 0, static (reply, _) => reply.AsInt64() > 0, CancellationToken.None);
            await other.ExecuteAsync(command, [_node.Second.PlaceOf(key).RedisKey, .. arguments], 0, static (_, _) => 0, CancellationToken.None);
            await _node.ToldAsync();
            if (existed)
                _notBefore[key] = _household.Made;
        }

        private async Task LoseAllAsync()
        {
            await other.ExecuteAsync("FLUSHALL", [], 0, static (_, _) => 0, CancellationToken.None);
            await _node.ToldAsync();
            NothingIsKept();
        }

        private async Task LoseConnectionAsync()
        {
            var resets = _node.Watch.Invalidations.Resets;
            await other.ExecuteAsync("CLIENT", ["KILL", "TYPE", "normal", "SKIPME", "yes"], 0, static (_, _) => 0, CancellationToken.None);
            await Eventually.IsTrueAsync(() => _node.Watch.Invalidations.Resets > resets, "the loss is noticed");
            // Opens another one at once.
            await _node.ToldAsync();
            await _node.ConnectedAsync();
            NothingIsKept();
        }

        private void NothingIsKept()
        {
            foreach (var row in Rows)
                foreach (var audience in Audiences)
                    _notBefore[Key(row, audience)] = _household.Made;
        }

        private static string Shown(AnswerResult result) => SecondLevelNode.Text(result).Split('|')[4];

        private void Check(string key, AnswerResult result, string expected)
        {
            var parts = SecondLevelNode.Text(result).Split('|');
            var (run, made) = (int.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture));
            var age = _time.GetUtcNow() - new DateTimeOffset(long.Parse(parts[3], CultureInfo.InvariantCulture), TimeSpan.Zero);
            Assert.Equal(key, parts[0]);
            if (result.Origin != AnswerOrigin.StaleIfError)
                Assert.Equal(expected, parts[4]);
            Assert.True(run >= _firstRun, "It comes from before a power cut.");

            var settings = _node.Settings.Current;
            var oldest = settings.CacheTtl + result.Origin switch
            {
                AnswerOrigin.Stale => settings.StaleWhileRevalidate,
                AnswerOrigin.StaleIfError => settings.StaleIfError,
                _ => TimeSpan.Zero,
            };
            Assert.True(age < oldest, $"An answer of origin {result.Origin} is {age} old.");
            if (!Refreshes && result.Origin == AnswerOrigin.Hit && _notBefore.TryGetValue(key, out var ended))
                Assert.True(made > ended, "Redis has told that it is no more.");
            if (result.Origin != AnswerOrigin.SecondLevel)
                return;
            // Redis has it again.
            _notBefore.Remove(key);
            Found++;
            if (run < _household.Run)
                FoundOfEarlierRuns++;
        }
    }

    /// <summary>Rows with versions. An answer tells its key, the run, a serial number, when it was made, and the versions it shows.</summary>
    private sealed class Household() : AnswerSource("test", AnswerPolicy.Default)
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, int> _versions = new(StringComparer.Ordinal) { ["a"] = 0, ["b"] = 0 };
        private int _made;

        public TimeProvider Time { get; set; } = TimeProvider.System;

        public int Run { get; set; } = -1;

        public int Made => Volatile.Read(ref _made);

        public bool Fails { get; set; }

        public Task Hold { get; set; } = Task.CompletedTask;

        public void Change(string? row)
        {
            lock (_lock)
                foreach (var name in row is null ? [.. _versions.Keys] : new[] { row })
                    _versions[name]++;
        }

        public string Shows(string key)
        {
            var row = CanonicalKey.Row(key);
            lock (_lock)
                return row.Length > 0 ? $"{_versions[row]}" : string.Join(',', _versions.Values);
        }

        public override async ValueTask MakeAsync(string key, AnswerBuilder answer, CancellationToken ct)
        {
            if (Fails)
                throw new StorageException(StorageFailure.InputOutput, "The card is dying.");
            var row = CanonicalKey.Row(key);
            if (row.Length > 0)
                answer.DependsOn("t", row);
            else
                answer.DependsOn("t");
            var text = string.Create(CultureInfo.InvariantCulture, $"{key}|{Run}|{Interlocked.Increment(ref _made)}|{Time.GetUtcNow().UtcTicks}|{Shows(key)}");
            await Hold;
            answer.Body.Write(Encoding.UTF8.GetBytes(text));
        }
    }
}
