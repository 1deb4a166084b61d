using EdgeDb.Core.Caching;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class EmergencyModeTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly EmergencyMode _mode;
    private readonly List<EmergencyState?> _told = [];

    public EmergencyModeTests()
    {
        _mode = new(_time, NullLogger<EmergencyMode>.Instance);
        _mode.Changed += _told.Add;
    }

    [Fact]
    public void It_begins_at_once_and_ends_when_its_reason_has_been_gone_for_a_while()
    {
        var began = _time.GetUtcNow();
        _mode.Tell(EmergencyReason.DiskFull, holds: true);
        Assert.True(_mode.IsOn);
        Assert.Equal(began, _mode.Current!.Since);
        Assert.Equal([EmergencyReason.DiskFull], _mode.Current.Reasons);

        _time.Advance(TimeSpan.FromHours(1));
        _mode.Review();
        Assert.True(_mode.IsOn);

        _mode.Tell(EmergencyReason.DiskFull, holds: false);
        _time.Advance(EmergencyMode.QuietTime - TimeSpan.FromSeconds(1));
        _mode.Review();
        Assert.True(_mode.IsOn);
        _time.Advance(TimeSpan.FromSeconds(1));
        _mode.Review();
        Assert.False(_mode.IsOn);
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public void A_reason_that_comes_and_goes_is_one_emergency()
    {
        for (var i = 0; i < 10; i++)
        {
            _mode.Tell(EmergencyReason.Memory, holds: true);
            _time.Advance(TimeSpan.FromSeconds(20));
            _mode.Review();
            _mode.Tell(EmergencyReason.Memory, holds: false);
            _time.Advance(TimeSpan.FromSeconds(20));
            _mode.Review();
        }

        Assert.True(_mode.IsOn);
        Assert.Single(_told);
        Assert.Equal(1, _mode.Begun);
    }

    [Fact]
    public void Reasons_come_and_go_by_themselves_while_the_emergency_lasts_from_the_first_to_the_last()
    {
        var began = _time.GetUtcNow();
        _mode.Tell(EmergencyReason.Temperature, holds: true);
        _time.Advance(TimeSpan.FromMinutes(1));
        _mode.Tell(EmergencyReason.DiskFull, holds: true);
        Assert.Equal([EmergencyReason.DiskFull, EmergencyReason.Temperature], _mode.Current!.Reasons);

        _mode.Tell(EmergencyReason.Temperature, holds: false);
        _time.Advance(EmergencyMode.QuietTime);
        _mode.Review();
        Assert.Equal([EmergencyReason.DiskFull], _mode.Current.Reasons);
        Assert.Equal(began, _mode.Current.Since);
        Assert.Equal(1, _mode.Begun);
    }

    [Theory]
    [InlineData(StorageFailure.DiskFull, (int)EmergencyReason.DiskFull)]
    [InlineData(StorageFailure.InputOutput, (int)EmergencyReason.DeviceFailing)]
    [InlineData(StorageFailure.ReadOnly, (int)EmergencyReason.DeviceFailing)]
    [InlineData(StorageFailure.Corrupt, (int)EmergencyReason.FileDamaged)]
    [InlineData(StorageFailure.OutOfMemory, (int)EmergencyReason.Memory)]
    public void A_write_that_fails_because_of_the_board_begins_one(StorageFailure failure, int reason)
    {
        _mode.Meet(PipelineOperation.Write, new StorageException(failure, "It failed."));
        Assert.Equal([(EmergencyReason)reason], _mode.Current!.Reasons);
    }

    [Theory]
    [InlineData(StorageFailure.Busy)]
    [InlineData(StorageFailure.Constraint)]
    [InlineData(StorageFailure.Statement)]
    [InlineData(StorageFailure.Closed)]
    public void A_write_that_fails_because_of_itself_or_of_others_begins_none(StorageFailure failure)
    {
        _mode.Meet(PipelineOperation.Write, new StorageException(failure, "It failed."));
        Assert.False(_mode.IsOn);
    }

    [Fact]
    public void Each_line_of_the_table_stands_once_and_those_that_begin_an_emergency_have_a_reason()
    {
        Assert.Equal(FailurePolicies.Table.Length, FailurePolicies.Table.DistinctBy(static policy => (policy.Operation, policy.Failure)).Count());
        var exceptions = new Dictionary<PipelineFailure, Exception>
        {
            [PipelineFailure.DiskFull] = new StorageException(StorageFailure.DiskFull, ""),
            [PipelineFailure.Device] = new StorageException(StorageFailure.InputOutput, ""),
            [PipelineFailure.Damage] = new StorageException(StorageFailure.Corrupt, ""),
            [PipelineFailure.Memory] = new StorageException(StorageFailure.OutOfMemory, ""),
            [PipelineFailure.Busy] = new StorageException(StorageFailure.Busy, ""),
            [PipelineFailure.Late] = new TimeoutException(),
            [PipelineFailure.Unreachable] = new ConnectionOpenException("test", FailureKind.Connect, new IOException(), isEcho: false),
        };
        foreach (var policy in FailurePolicies.Table)
        {
            var mode = new EmergencyMode(_time, NullLogger<EmergencyMode>.Instance);
            Assert.Same(policy, FailurePolicies.For(policy.Operation, exceptions[policy.Failure]));
            mode.Meet(policy.Operation, exceptions[policy.Failure]);
            Assert.Equal(policy.Steps.HasFlag(FailureStep.Emergency), mode.IsOn);
        }
    }

    [Fact]
    public void Kept_answers_give_memory_back_while_it_is_short_and_follow_the_settings_all_the_time()
    {
        using var cache = new AdaptiveMemoryCache(new(), _time);
        var settings = PipelineTestSettings.Live();
        new CacheBudget(cache, settings, _mode).Obey();
        Assert.Equal(16 << 20, cache.ByteBudget);

        _mode.Tell(EmergencyReason.DiskFull, holds: true);
        Assert.Equal(16 << 20, cache.ByteBudget);
        _mode.Tell(EmergencyReason.Memory, holds: true);
        Assert.Equal(4 << 20, cache.ByteBudget);
        settings.Set(settings.Current with { CacheBytes = 8 << 20 });
        Assert.Equal(2 << 20, cache.ByteBudget);

        _mode.Tell(EmergencyReason.Memory, holds: false);
        _time.Advance(EmergencyMode.QuietTime);
        _mode.Review();
        Assert.Equal(8 << 20, cache.ByteBudget);
    }
}
