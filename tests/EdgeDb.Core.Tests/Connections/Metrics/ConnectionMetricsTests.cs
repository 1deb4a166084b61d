using System.Buffers;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Tests.Connections.Tuning;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class ConnectionMetricsTests : IAsyncDisposable
{
    private static readonly QueryShape Read = QueryShapes.Of("SELECT a FROM t WHERE id = ?");

    private readonly ManualTimeProvider _time = new();
    private readonly Meter _meter = new("EdgeDb.Test");
    private readonly PrometheusExporter _exporter;
    private readonly FakeSource _source = new();
    private readonly ConnectionEndpoint<FakeConnection> _endpoint;

    public ConnectionMetricsTests()
    {
        _endpoint = new(_source, EndpointKind.Postgres, new() { Pool = new() { MaxSize = 4 } }, null, _time, NullLogger.Instance);
        _exporter = new(instrument => ReferenceEquals(instrument.Meter, _meter), NullLogger.Instance, 200);
        ConnectionMetrics.Register(_meter, [_endpoint]);
    }

    public async ValueTask DisposeAsync()
    {
        _exporter.Dispose();
        _meter.Dispose();
        await _endpoint.DisposeAsync();
    }

    [Fact]
    public async Task Operations_their_connections_and_their_times_are_told()
    {
        for (var i = 0; i < 3; i++)
            await RunAsync(TimeSpan.FromMilliseconds(30));

        var samples = Collect();
        Assert.Equal(1, samples["""db_client_connections{db_client_connection_pool_name="fake",db_client_connection_state="idle"}"""]);
        Assert.Equal(0, samples["""db_client_connections{db_client_connection_pool_name="fake",db_client_connection_state="used"}"""]);
        Assert.Equal(4, samples["""db_client_connection_max{db_client_connection_pool_name="fake"}"""]);
        Assert.Equal(3, samples["""db_client_connection_use_time_seconds_count{db_client_connection_pool_name="fake"}"""]);
        Assert.Equal(0.09, samples["""db_client_connection_use_time_seconds_sum{db_client_connection_pool_name="fake"}"""], 6);
        Assert.Equal(1, samples["""db_client_connection_create_time_seconds_count{db_client_connection_pool_name="fake"}"""]);
        Assert.Equal(3, samples["""db_client_connection_wait_time_seconds_count{db_client_connection_pool_name="fake"}"""]);
        Assert.Equal(3, samples["""db_client_operation_duration_seconds_count{class="read",endpoint="fake"}"""]);
        Assert.Equal(0.09, samples["""db_client_operation_duration_seconds_sum{class="read",endpoint="fake"}"""], 6);
        Assert.Equal(3, samples["""db_client_operation_duration_seconds_bucket{class="read",endpoint="fake",le="0.1048576"}"""]);
        Assert.Equal(0, samples["""db_client_operation_duration_seconds_bucket{class="read",endpoint="fake",le="0.0262144"}"""]);
        Assert.Equal((2, 3), (samples["""edgedb_connection_affinity_hits_total{endpoint="fake"}"""], samples["""edgedb_connection_affinity_requests_total{endpoint="fake"}"""]));
        Assert.Equal(1, samples["""edgedb_query_shapes{endpoint="fake"}"""]);
        Assert.Equal((1, 0), (State(samples, "closed"), State(samples, "open")));
    }

    [Fact]
    public async Task Failures_and_what_the_circuit_makes_of_them_are_told()
    {
        _source.OpenFailure = new IOException("No route.");
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(TimeSpan.Zero).AsTask());
            _time.Advance(TimeSpan.FromMilliseconds(300));
        }

        var samples = Collect();
        Assert.InRange(samples["""edgedb_connection_open_failures_total{endpoint="fake"}"""], 3, 10);
        Assert.Equal((0, 1), (State(samples, "closed"), State(samples, "open")));
        Assert.Equal(1, samples["""edgedb_circuit_openings_total{endpoint="fake"}"""]);
        Assert.InRange(samples["""edgedb_circuit_refusals_total{endpoint="fake"}"""], 1, 10);
    }

    [Fact]
    public async Task A_failed_operation_is_counted_by_its_kind()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _endpoint.ExecuteAsync<int, int>(Call(), 0, static (_, _, _) => throw new InvalidOperationException("Internal error."), TestContext.Current.CancellationToken).AsTask());

        var samples = Collect();
        var kind = _source.Classify(new InvalidOperationException()).ToString().ToLowerInvariant();
        Assert.Equal(1, samples[$$"""edgedb_operation_failures_total{endpoint="fake",kind="{{kind}}"}"""]);
        Assert.Equal(1, samples.Where(static s => s.Key.StartsWith("edgedb_operation_failures_total", StringComparison.Ordinal)).Sum(static s => s.Value));
    }

    [Fact]
    public async Task The_forecast_of_an_endpoint_is_told_from_the_first_minute_on()
    {
        Assert.DoesNotContain(Collect().Keys, static key => key.StartsWith("edgedb_forecast_leases{", StringComparison.Ordinal));
        for (var minute = 0; minute < 3; minute++)
        {
            for (var i = 0; i < 5; i++)
                await RunAsync(TimeSpan.FromMilliseconds(1));
            _endpoint.ObserveLoad(_time.GetUtcNow().AddMinutes(minute));
        }

        var samples = Collect();
        foreach (var horizon in (string[])["5m", "10m", "15m"])
        {
            Assert.Equal(5, samples[$$"""edgedb_forecast_leases{endpoint="fake",horizon="{{horizon}}"}"""], 3);
            Assert.True(samples[$$"""edgedb_forecast_leases_upper{endpoint="fake",horizon="{{horizon}}"}"""] >= 5);
            Assert.InRange(samples[$$"""edgedb_forecast_trusted{endpoint="fake",horizon="{{horizon}}"}"""], 0, 1);
        }
        Assert.Equal(0, samples["""edgedb_forecast_drifts_total{endpoint="fake"}"""]);
    }

    [Fact]
    public void What_the_tuner_did_is_told_by_outcome()
    {
        var tuned = new TunedEndpoint(1, TunerMode.Approve);
        ConnectionMetrics.Register(_meter, tuned.Tuner);
        Assert.True(tuned.Tuner.TryPin("database", "size", 20, TimeSpan.FromDays(2)));
        Assert.True(tuned.Tuner.TryRelease("database", "size"));
        Assert.True(tuned.Tuner.TrySetByHand("database", "size", 8));

        var samples = Collect();
        Assert.Equal(1, samples["""edgedb_tuner_changes_total{outcome="pinned"}"""]);
        Assert.Equal(1, samples["""edgedb_tuner_changes_total{outcome="set_by_hand"}"""]);
        Assert.Equal(0, samples["""edgedb_tuner_changes_total{outcome="no_effect"}"""]);
        Assert.Equal((0, 1), (samples["""edgedb_tuner_mode{mode="auto"}"""], samples["""edgedb_tuner_mode{mode="approve"}"""]));
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_complain_about()
    {
        await RunAsync(TimeSpan.FromMilliseconds(1));
        _endpoint.ObserveLoad(_time.GetUtcNow());
        ProcessMetrics.Register(_meter, _time);
        ConnectionMetrics.Register(_meter, new TunedEndpoint(1, TunerMode.Approve).Tuner);

        Assert.Equal("", await Promtool.CheckAsync(CollectText(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void An_endpoint_without_protection_has_no_circuit_to_tell()
    {
        using var meter = new Meter("EdgeDb.Test.File");
        using var exporter = new PrometheusExporter(instrument => ReferenceEquals(instrument.Meter, meter), NullLogger.Instance, 200);
        var file = new PooledEndpoint<FakeConnection>(new FakeSource(), EndpointKind.Sqlite, new(), _time, NullLogger.Instance);
        ConnectionMetrics.Register(meter, [file]);

        var target = new ArrayBufferWriter<byte>();
        exporter.WriteTo(target);

        Assert.DoesNotContain("edgedb_circuit_state{", Encoding.UTF8.GetString(target.WrittenSpan), StringComparison.Ordinal);
        Assert.Contains("db_client_connections{", Encoding.UTF8.GetString(target.WrittenSpan), StringComparison.Ordinal);
    }

    private static Operation Call() => new(Read, ConnectionRole.Read, OperationRepeat.Never, TimeSpan.FromSeconds(5));

    private static double State(Dictionary<string, double> samples, string state) => samples[$$"""edgedb_circuit_state{endpoint="fake",state="{{state}}"}"""];

    private ValueTask<int> RunAsync(TimeSpan duration) => _endpoint.ExecuteAsync(
        Call(), (_time, duration),
        static (_, state, _) =>
        {
            state._time.Advance(state.duration);
            return new ValueTask<int>(1);
        },
        TestContext.Current.CancellationToken);

    private string CollectText()
    {
        var target = new ArrayBufferWriter<byte>();
        _exporter.WriteTo(target);
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }

    private Dictionary<string, double> Collect() => CollectText().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line[0] != '#')
        .ToDictionary(static line => line[..line.LastIndexOf(' ')], static line => Number(line[(line.LastIndexOf(' ') + 1)..]));

    private static double Number(string text) => text == "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);
}
