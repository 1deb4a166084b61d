using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class PrometheusExporterTests : IDisposable
{
    private const int MaxSeries = 10;

    private readonly Meter _meter = new("EdgeDb.Test");
    private readonly PrometheusExporter _exporter;

    public PrometheusExporterTests() =>
        _exporter = new(instrument => ReferenceEquals(instrument.Meter, _meter), NullLogger.Instance, MaxSeries);

    public void Dispose()
    {
        _exporter.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Every_kind_of_instrument_is_written_as_its_type()
    {
        var counter = _meter.CreateCounter<long>("a.requests", "{request}", "Requests.");
        counter.Add(2, new KeyValuePair<string, object?>("route", "/x"));
        counter.Add(3, new KeyValuePair<string, object?>("route", "/x"));
        _meter.CreateUpDownCounter<int>("b.open", "{thing}", "Open.").Add(-1);
        _meter.CreateGauge<double>("c.load", "1", "Load.").Record(0.25);
        _meter.CreateObservableCounter("d.sent", () => 7L, "By", "Sent.");
        _meter.CreateObservableGauge("e.size", () => 1e300, "By", "Size.");
        var histogram = _meter.CreateHistogram("f.duration", "s", "Time.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var seconds in (double[])[0.05, 0.1, 0.5, 5])
            histogram.Record(seconds);

        Assert.Equal(
            """
            # HELP a_requests_total Requests.
            # TYPE a_requests_total counter
            a_requests_total{route="/x"} 5
            # HELP b_open Open.
            # TYPE b_open gauge
            b_open -1
            # HELP c_load_ratio Load.
            # TYPE c_load_ratio gauge
            c_load_ratio 0.25
            # HELP d_sent_bytes_total Sent.
            # TYPE d_sent_bytes_total counter
            d_sent_bytes_total 7
            # HELP e_size_bytes Size.
            # TYPE e_size_bytes gauge
            e_size_bytes 1E+300
            # HELP f_duration_seconds Time.
            # TYPE f_duration_seconds histogram
            f_duration_seconds_bucket{le="0.1"} 2
            f_duration_seconds_bucket{le="1"} 3
            f_duration_seconds_bucket{le="+Inf"} 4
            f_duration_seconds_sum 5.65
            f_duration_seconds_count 4

            """.ReplaceLineEndings("\n"), Collect());
    }

    [Theory]
    [InlineData("db.client.connection.count", "{connection}", "db_client_connections")]
    [InlineData("db.client.connection.idle.max", "{connection}", "db_client_connection_idle_max")]
    [InlineData("process.uptime", "s", "process_uptime_seconds")]
    [InlineData("cache.size_bytes", "By", "cache_size_bytes")]
    [InlineData("hit.rate", "1", "hit_rate_ratio")]
    [InlineData("9lives", null, "_lives")]
    public void Gauge_names_follow_the_rules_of_Prometheus(string name, string? unit, string expected)
    {
        _meter.CreateGauge<long>(name, unit, "Help.");

        Assert.StartsWith($"# HELP {expected} Help.\n", Collect(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("work_item.count", "{item}", "work_items_total")]
    [InlineData("cpu.time", "s", "cpu_time_seconds_total")]
    [InlineData("requests_total", null, "requests_total")]
    [InlineData("sent.total", "By", "sent_bytes_total")]
    public void Counter_names_end_in_total_once(string name, string? unit, string expected)
    {
        _meter.CreateCounter<long>(name, unit, "Help.");

        Assert.StartsWith($"# HELP {expected} Help.\n", Collect(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_unit_without_a_form_in_Prometheus_is_refused_when_the_instrument_is_made() =>
        Assert.Throws<ArgumentException>(() => _meter.CreateCounter<long>("x", "furlongs"));

    [Fact]
    public void Label_values_are_escaped_and_help_is_too()
    {
        _meter.CreateCounter<long>("a", null, "One\\two\nthree").Add(1, new("p.q", "a\\b\"c\nd€"), new("on", true), new("n", 5), new("none", null));

        Assert.Equal(
            "# HELP a_total One\\\\two\\nthree\n# TYPE a_total counter\na_total{n=\"5\",on=\"true\",p_q=\"a\\\\b\\\"c\\nd€\"} 1\n", Collect());
    }

    [Fact]
    public void Tags_in_another_order_or_left_out_are_one_series()
    {
        var counter = _meter.CreateCounter<long>("a", null, "Help.");
        counter.Add(1, new KeyValuePair<string, object?>("x", "1"), new KeyValuePair<string, object?>("y", "2"));
        counter.Add(1, new KeyValuePair<string, object?>("y", "2"), new KeyValuePair<string, object?>("x", "1"));
        counter.Add(1, new("x", "1"), new("y", "2"), new("url.scheme", "http"));
        counter.Add(1, new KeyValuePair<string, object?>("x", 1), new KeyValuePair<string, object?>("y", 2));

        Assert.EndsWith("counter\na_total{x=\"1\",y=\"2\"} 4\n", Collect(), StringComparison.Ordinal);
    }

    [Fact]
    public void Series_are_bounded_and_the_rest_is_counted_together()
    {
        var counter = _meter.CreateCounter<long>("a", null, "Help.");
        for (var round = 0; round < 2; round++)
            for (var i = 0; i < 1000; i++)
                counter.Add(1, new KeyValuePair<string, object?>("id", i));

        var lines = Collect().Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];

        Assert.Equal(MaxSeries + 1, lines.Length);
        Assert.Equal($"a_total{{otel_metric_overflow=\"true\"}} {2 * (1000 - MaxSeries)}", lines[^1]);
        Assert.All(lines[..^1], line => Assert.EndsWith(" 2", line, StringComparison.Ordinal));
    }

    [Fact]
    public void An_observed_series_that_is_not_told_any_more_is_gone_and_makes_room()
    {
        var names = Enumerable.Range(0, MaxSeries).ToArray();
        _meter.CreateObservableGauge("a", () => names.Select(n => new Measurement<long>(n, new KeyValuePair<string, object?>("n", n))), null, "Help.");
        Assert.Equal(MaxSeries, Samples());

        // The first collection does not know yet that the others are gone.
        names = [50, 51];
        Assert.Contains("a{otel_metric_overflow=\"true\"} 101\n", Collect(), StringComparison.Ordinal);
        Assert.Equal(2, Samples());
        names = [];
        Assert.Equal("# HELP a Help.\n# TYPE a gauge\n", Collect());
        names = [.. Enumerable.Range(100, MaxSeries)];

        Assert.Equal(MaxSeries, Samples());
        Assert.DoesNotContain("overflow", Collect(), StringComparison.Ordinal);

        int Samples() => Collect().Split('\n').Count(line => line.StartsWith("a{", StringComparison.Ordinal));
    }

    [Fact]
    public void An_instrument_that_throws_hides_no_other()
    {
        _meter.CreateObservableGauge("bad", (Func<long>)(() => throw new InvalidOperationException("Broken.")), null, "Help.");
        _meter.CreateObservableGauge("good", () => 1, null, "Help.");

        Assert.Equal("# HELP bad Help.\n# TYPE bad gauge\n# HELP good Help.\n# TYPE good gauge\ngood 1\n", Collect());
    }

    [Fact]
    public void A_name_has_one_meaning_and_instruments_that_share_it_share_the_family()
    {
        _meter.CreateObservableGauge("open", () => new Measurement<long>(1, new KeyValuePair<string, object?>("pool", "a")), null, "Help.");
        _meter.CreateObservableGauge("open", () => new Measurement<long>(2, new KeyValuePair<string, object?>("pool", "b")), null, "Help.");
        _meter.CreateHistogram<double>("open", null, "Another meaning.").Record(1);

        Assert.Equal("# HELP open Help.\n# TYPE open gauge\nopen{pool=\"a\"} 1\nopen{pool=\"b\"} 2\n", Collect());
    }

    [Fact]
    public void What_belongs_to_a_meter_that_was_disposed_is_gone()
    {
        _meter.CreateCounter<long>("a", null, "Help.").Add(1);
        _meter.Dispose();

        Assert.Equal("", Collect());
    }

    [Fact]
    public void Latencies_are_a_histogram_without_estimates()
    {
        var windows = new LatencyWindows(TimeSpan.TicksPerMinute, 1);
        var latency = new LatencyHistogram(_meter, "op.duration", "Time.");
        latency.Add(windows, new KeyValuePair<string, object?>("class", "read"));
        // Just below and just above 102.4 µs, and longer than any bound.
        foreach (var ticks in (long[])[1023, 1024, 5000, TimeSpan.TicksPerMinute])
            windows.Record(0, ticks);

        var lines = Collect().Split('\n');

        Assert.Contains("op_duration_seconds_bucket{class=\"read\",le=\"2.56E-05\"} 0", lines);
        Assert.Contains("op_duration_seconds_bucket{class=\"read\",le=\"0.0001024\"} 1", lines);
        Assert.Contains("op_duration_seconds_bucket{class=\"read\",le=\"0.0004096\"} 2", lines);
        Assert.Contains("op_duration_seconds_bucket{class=\"read\",le=\"26.8435456\"} 3", lines);
        Assert.Contains("op_duration_seconds_bucket{class=\"read\",le=\"+Inf\"} 4", lines);
        Assert.Contains("op_duration_seconds_sum{class=\"read\"} 60.0007047", lines);
        Assert.Contains("op_duration_seconds_count{class=\"read\"} 4", lines);
    }

    [Fact]
    public void Bounds_of_latencies_are_where_their_buckets_end()
    {
        var windows = new LatencyWindows(TimeSpan.TicksPerMinute, 1);
        var latency = new LatencyHistogram(_meter, "op.duration", "Time.");
        latency.Add(windows);
        foreach (var bound in latency.Bounds)
        {
            var before = CountBelow(bound);
            var ticks = (long)Math.Round(bound * TimeSpan.TicksPerSecond);
            windows.Record(0, ticks - 1);
            Assert.Equal(before + 1, CountBelow(bound));
            windows.Record(0, ticks);
            Assert.Equal(before + 1, CountBelow(bound));
        }

        int CountBelow(double bound) =>
            int.Parse(Collect().Split('\n').Single(line => line.Contains(FormattableString.Invariant($"le=\"{bound}\""), StringComparison.Ordinal)).Split(' ')[1]);
    }

    [Fact]
    public void Times_with_a_sum_alone_are_a_summary()
    {
        new TimeSummary(_meter, "wait.time", "Waits.").Add(() => (3, TimeSpan.FromMilliseconds(1500)), new KeyValuePair<string, object?>("pool", "p"));

        Assert.Equal(
            "# HELP wait_time_seconds Waits.\n# TYPE wait_time_seconds summary\nwait_time_seconds_sum{pool=\"p\"} 1.5\nwait_time_seconds_count{pool=\"p\"} 3\n", Collect());
    }

    [Fact]
    public async Task Nothing_is_lost_while_many_record_and_others_collect()
    {
        const int Threads = 4, Each = 20_000;
        var counter = _meter.CreateCounter<long>("a", null, "Help.");
        var histogram = _meter.CreateHistogram<double>("h", "s", "Help.");
        var stop = false;
        var reader = Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
                Collect();
        }, TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("n", i % MaxSeries));
                histogram.Record(0.5, new KeyValuePair<string, object?>("n", i % MaxSeries));
            }
        })));
        Volatile.Write(ref stop, true);
        await reader;

        var lines = Collect().Split('\n');
        Assert.Equal(Threads * Each, Sum("a_total{"));
        Assert.Equal(Threads * Each, Sum("h_seconds_count{"));
        Assert.Equal(Threads * Each, Sum("h_seconds_bucket{n=\"", "le=\"0.5\""));

        int Sum(string start, string has = "") => lines.Where(line => line.StartsWith(start, StringComparison.Ordinal) && line.Contains(has, StringComparison.Ordinal))
            .Sum(line => int.Parse(line.Split(' ')[1]));
    }

    [Fact]
    public void Collecting_and_recording_allocate_nothing_of_their_own()
    {
        var histogram = _meter.CreateHistogram<double>("h", "s", "Help.");
        var measurement = new Measurement<long>(1, new KeyValuePair<string, object?>("a", "b"));
        _meter.CreateObservableGauge("g", () => measurement, null, "Help.");
        var (route, method) = ((object)"/api/x", (object)"GET");
        var target = new ArrayBufferWriter<byte>(1 << 20);
        for (var i = 0; i < 100; i++)
            Step();

        // The best of some rounds: a collection that another test causes is counted against whatever thread it interrupts.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                Step();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // What is left is the listener's own, for the observed instrument.
        Assert.InRange(least / 100, 0, 80);

        void Step()
        {
            histogram.Record(0.1, new KeyValuePair<string, object?>("route", route), new KeyValuePair<string, object?>("method", method));
            target.ResetWrittenCount();
            _exporter.WriteTo(target);
        }
    }

    [Fact]
    public void The_process_tells_its_start_threads_and_files()
    {
        var time = new ManualTimeProvider();
        ProcessMetrics.Register(_meter, time);
        var start = time.GetUtcNow().ToUnixTimeSeconds();
        time.Advance(TimeSpan.FromHours(1));
        // A board learns the date late: its start moves with it.
        time.SetUtcNow(time.GetUtcNow().AddYears(10));

        var values = Collect().Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToDictionary(line => line.Split(' ')[0], line => double.Parse(line.Split(' ')[1]));

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(start).AddYears(10).ToUnixTimeSeconds(), values["process_start_time_seconds"]);
        if (OperatingSystem.IsLinux())
        {
            Assert.InRange(values["process_threads"], 2, 1000);
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            Assert.InRange(values["process_unix_file_descriptors"], 3, 10_000);
            using var file = File.OpenRead(typeof(PrometheusExporterTests).Assembly.Location);
            Assert.InRange(values["process_unix_file_descriptors"], Directory.GetFiles("/proc/self/fd").Length - 60, Directory.GetFiles("/proc/self/fd").Length + 60);
        }
    }

    private string Collect()
    {
        var target = new ArrayBufferWriter<byte>();
        _exporter.WriteTo(target);
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }
}
