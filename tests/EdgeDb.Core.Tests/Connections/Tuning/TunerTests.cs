using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Tuning;

public sealed class TunerTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void From_a_bad_setting_it_finds_a_good_one()
    {
        // Best at 12; 3 takes 1.9 times as long.
        var endpoint = new TunedEndpoint(1, TunerMode.Auto, start: 3) { Noise = 0.1, Seconds = static v => 0.01 * (1 + Math.Pow(Math.Log(v / 12) / 1.5, 2)) };
        endpoint.Run(24 * Hour);
        Assert.InRange(endpoint.Value, 8, 18);
        Assert.All(endpoint.Tuner.History, static entry => Assert.Equal("database", entry.Subject));
    }

    [Fact]
    public void A_setting_without_effect_is_left_alone_at_the_stated_rate()
    {
        // Each trial may be wrong in 1 % of the cases. 1,000 endpoints, one trial each.
        var (kept, trials) = (0, 0);
        Parallel.For(1, 1001, seed =>
        {
            var endpoint = new TunedEndpoint(seed, TunerMode.Auto);
            endpoint.RunUntil(() => endpoint.Tuner.History.Length > 0, 2 * Hour);
            var entry = Assert.Single(endpoint.Tuner.History);
            Assert.Equal(entry.Outcome == TuningOutcome.Kept ? entry.To : entry.From, endpoint.Value);
            if (entry.Outcome == TuningOutcome.Kept)
                Interlocked.Increment(ref kept);
            Interlocked.Increment(ref trials);
        });
        Assert.Equal(1000, trials);
        Assert.InRange(kept, 0, 16);
    }

    [Fact]
    public void One_change_at_a_time_and_one_step_at_a_time()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto, start: 8);
        endpoint.RunUntil(() => endpoint.Settings.Count > 4, Hour);
        Assert.Equal([8, 10], endpoint.Settings.Distinct().Order());
    }

    [Fact]
    public void A_change_that_does_harm_by_errors_is_taken_back_within_seconds()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto, start: 8) { FailedShare = static v => v > 8 ? 0.3 : 0 };
        endpoint.RunUntil(() => endpoint.Value > 8, Hour);
        endpoint.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(8, endpoint.Value);
        var entry = Assert.Single(endpoint.Tuner.History);
        Assert.Equal(TuningOutcome.Guarded, entry.Outcome);
        Assert.Contains("failed", entry.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_failed_with_the_old_value_already_does_not_guard_against_the_new_one(int seed)
    {
        // The lot lets the new value begin with some of these seeds.
        var endpoint = new TunedEndpoint(seed, TunerMode.Auto, start: 4) { Noise = 0.05, FailedShare = static v => 1.6 / v };
        endpoint.RunUntil(() => endpoint.Tuner.History.Length > 0, TimeSpan.FromHours(1));
        Assert.Equal(TuningOutcome.Kept, endpoint.Tuner.History[0].Outcome);
    }

    [Fact]
    public void A_change_that_does_harm_by_slow_answers_is_taken_back_within_seconds()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto, start: 8) { P99Seconds = static v => v > 8 ? 0.2 : 0.05 };
        endpoint.RunUntil(() => endpoint.Value > 8, Hour);
        endpoint.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(8, endpoint.Value);
        Assert.Equal(TuningOutcome.Guarded, Assert.Single(endpoint.Tuner.History).Outcome);
    }

    [Fact]
    public void Faster_answers_that_cost_too_much_memory_are_not_worth_it()
    {
        // One connection more saves 2 % of the time and costs 4 MiB, which must save 4 %.
        var endpoint = new TunedEndpoint(1, TunerMode.Auto, start: 4) { Noise = 0.01, Seconds = static v => 0.01 * Math.Pow(0.98, v), BytesEach = 4 << 20 };
        endpoint.RunUntil(() => endpoint.Tuner.History.Length > 0, 2 * Hour);
        Assert.Equal(TuningOutcome.NoEffect, endpoint.Tuner.History[0].Outcome);
        Assert.True(endpoint.Tuner.History[0].Effect > 0);
    }

    [Fact]
    public void A_quiet_household_sees_no_change_at_all()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto) { RequestsPerSecond = 0.5 };
        endpoint.Run(24 * Hour);
        Assert.Empty(endpoint.Settings);
        Assert.Empty(endpoint.Tuner.History);
    }

    [Fact]
    public void A_trial_that_the_load_leaves_is_ended_with_the_old_value()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto);
        endpoint.RunUntil(() => endpoint.Settings.Count > 3, Hour);
        endpoint.RequestsPerSecond = 0.5;
        endpoint.Run(2 * Hour);
        Assert.Equal(4, endpoint.Value);
        Assert.Equal(TuningOutcome.TooQuiet, Assert.Single(endpoint.Tuner.History).Outcome);
    }

    [Fact]
    public void What_brought_nothing_rests_for_longer_each_time()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto) { Noise = 0.01, Seconds = static v => 0.01 * v };
        endpoint.Tunable.Set(1);
        endpoint.Run(TimeSpan.FromDays(3));

        // Nothing lies below 1, and more is worse: after 1 h, 4 h, 16 h and 64 h.
        var times = endpoint.Tuner.History.Select(static entry => entry.At).Order().ToArray();
        Assert.Equal(4, times.Length);
        Assert.Equal([1, 4, 16], times.Zip(times.Skip(1), static (first, second) => Math.Floor((second - first).TotalHours)));
    }

    [Fact]
    public void In_approve_mode_a_proposal_waits_for_a_person()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Approve);
        endpoint.Run(Hour);
        Assert.Empty(endpoint.Settings);
        var proposal = endpoint.Tuner.Proposal!;
        Assert.Equal((4, 5, false), (proposal.From, proposal.To, proposal.IsTried));

        Assert.False(endpoint.Tuner.TryApprove(proposal.Id + 1));
        Assert.True(endpoint.Tuner.TryApprove(proposal.Id));
        Assert.False(endpoint.Tuner.TryApprove(proposal.Id));
        Assert.True(endpoint.Tuner.Proposal!.IsTried);
        endpoint.Run(TimeSpan.FromMinutes(2));
        Assert.NotEmpty(endpoint.Settings);
        Assert.True(endpoint.Tuner.Proposal.Pairs > 0);
    }

    [Fact]
    public void A_rejected_proposal_changes_nothing_and_is_not_made_again_soon()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Approve);
        endpoint.Run(TimeSpan.FromMinutes(2));
        Assert.True(endpoint.Tuner.TryReject(endpoint.Tuner.Proposal!.Id));
        Assert.Equal(TuningOutcome.Rejected, Assert.Single(endpoint.Tuner.History).Outcome);
        endpoint.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(3, endpoint.Tuner.Proposal!.To);
        Assert.Empty(endpoint.Settings);
    }

    [Fact]
    public void Nobody_answering_for_a_week_is_a_no()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Approve);
        endpoint.Run(TimeSpan.FromMinutes(2));
        endpoint.Time.Advance(TimeSpan.FromDays(7));
        endpoint.Tuner.Tick();
        Assert.Equal(TuningOutcome.Rejected, Assert.Single(endpoint.Tuner.History).Outcome);
    }

    [Theory]
    [InlineData(TunerMode.Off)]
    [InlineData(TunerMode.Approve)]
    public void Changing_the_mode_takes_a_trial_back(TunerMode mode)
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto);
        endpoint.RunUntil(() => endpoint.Value != 4, Hour);
        endpoint.Tuner.Mode = mode;
        Assert.Equal(4, endpoint.Value);
        Assert.Equal(TuningOutcome.Abandoned, Assert.Single(endpoint.Tuner.History).Outcome);
        Assert.Null(endpoint.Tuner.Proposal);
    }

    [Fact]
    public void Off_means_off()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Off);
        endpoint.Run(5 * Hour);
        Assert.Empty(endpoint.Settings);
        Assert.Null(endpoint.Tuner.Proposal);
    }

    [Fact]
    public void A_value_that_the_setting_refuses_is_not_tried_again_soon_and_the_old_one_holds()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto) { BeforeSet = static v => { if (v == 5) throw new ArgumentException("MinIdle is above MaxSize."); } };
        endpoint.RunUntil(() => endpoint.Tuner.History.Length > 0, Hour);
        var entry = Assert.Single(endpoint.Tuner.History);
        Assert.Equal((TuningOutcome.Refused, "MinIdle is above MaxSize."), (entry.Outcome, entry.Reason));
        Assert.Equal(4, endpoint.Value);
        endpoint.Run(TimeSpan.FromMinutes(2));
        Assert.Single(endpoint.Tuner.History);
    }

    [Fact]
    public void The_history_in_memory_and_what_waits_to_be_stored_are_bounded()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Off);
        for (var i = 0; i < 1000; i++)
            endpoint.Tuner.TrySetByHand("database", "size", 1 + (i % 50));
        Assert.Equal(Tuner.Kept, endpoint.Tuner.History.Length);
        Assert.Equal(50, endpoint.Tuner.History[0].To);
        var unsaved = 0;
        while (endpoint.Tuner.TryPeekUnsaved(out var entry))
        {
            endpoint.Tuner.MarkSaved(entry);
            unsaved++;
        }

        Assert.Equal(Tuner.Kept, unsaved);
    }

    [Fact]
    public void What_was_kept_before_a_restart_holds_again_unless_the_configuration_was_edited()
    {
        var kept = new TuningEntry(default, "database", "size", "connections", 4, 12, Configured: 4, TuningOutcome.Kept, "");
        var same = new TunedEndpoint(1, TunerMode.Auto, start: 4, kept);
        Assert.Equal(12, same.Value);
        var edited = new TunedEndpoint(1, TunerMode.Auto, start: 6, kept);
        Assert.Equal(6, edited.Value);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_with_every_problem()
    {
        var refused = Assert.Throws<ArgumentException>(
            () => new Tuner(new TunerOptions { Window = TimeSpan.Zero, WindowRequests = 0, LongestTrial = TimeSpan.FromDays(9) }, TimeProvider.System, 1));
        Assert.Contains("Window is", refused.Message, StringComparison.Ordinal);
        Assert.Contains("WindowRequests is 0", refused.Message, StringComparison.Ordinal);
        Assert.Contains("LongestTrial", refused.Message, StringComparison.Ordinal);
    }
}
