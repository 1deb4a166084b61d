using System.Diagnostics.CodeAnalysis;
using System.Text;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>Applies what a feed brought to the calendar that mirrors it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle nobody asks for holds nothing to dispose of.")]
internal sealed class FeedImport(SqliteDatabase database, CalendarImport import, FeedStore feeds, TimeProvider time)
{
    // A parsed calendar takes several times the size of its text: two large ones at once would be more than the service may have.
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>
    /// Applies a body. The body's hash is written down last, so a kill in between only means that it is applied again.
    /// Throws <see cref="FeedFailure"/> when it is no calendar; the last good copy then stays. One at a time: others wait.
    /// </summary>
    /// <param name="feed">The feed.</param>
    /// <param name="response">Its answer, with content.</param>
    /// <param name="pause">Time to the next request, given the interval the calendar asks for.</param>
    /// <param name="cancellationToken">Stops between two writes.</param>
    public Task<CalendarImportResult> ApplyAsync(
        Feed feed, FeedResponse response, Func<TimeSpan?, TimeSpan> pause, CancellationToken cancellationToken) =>
        ReadAsync(response, (document, ct) => ApplyAsync(feed, response, document, pause, ct), cancellationToken);

    /// <summary>
    /// Reads a body and hands over the calendar in it. Throws <see cref="FeedFailure"/> when it is none. One at a time: others wait until
    /// <paramref name="use"/> is done with it.
    /// </summary>
    public async Task<T> ReadAsync<T>(FeedResponse response, Func<CalendarDocument, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await use(Read(response.TakeContent()), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    private CalendarDocument Read(byte[] content)
    {
        CalendarDocument document;
        try
        {
            document = import.Read(content);
        }
        catch (CalendarLimitException exception)
        {
            throw new FeedFailure("too-large", exception.Message);
        }
        if (document.IsCalendar)
            return document;
        throw IsWebPage(content)
            ? new FeedFailure("web-page", "The address leads to a web page, not to a calendar; it may need a sign-in, or another link on that page is the calendar's.")
            : new FeedFailure("not-a-calendar", "The address answers, but not with a calendar.");
    }

    private static bool IsWebPage(ReadOnlySpan<byte> content)
    {
        var start = content[(content.StartsWith("\uFEFF"u8) ? 3 : 0)..].TrimStart(" \t\r\n"u8);
        return Ascii.EqualsIgnoreCase(start[..Math.Min(start.Length, 9)], "<!doctype"u8) || Ascii.EqualsIgnoreCase(start[..Math.Min(start.Length, 5)], "<html"u8);
    }

    private async Task<CalendarImportResult> ApplyAsync(
        Feed feed, FeedResponse response, CalendarDocument document, Func<TimeSpan?, TimeSpan> pause, CancellationToken cancellationToken)
    {
        var (changed, removed) = await import.MirrorAsync(feed.CalendarId, document, cancellationToken).ConfigureAwait(false);
        if (document.IsTruncated)
            document.Problems.Add(new(0, "VCALENDAR", null, "", "the calendar breaks off before its end; nothing was removed because of that"));

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        // A name a person chose stays; the placeholder gives way to what the calendar calls itself.
        var name = ShortName(document.Name);
        var asked = document.RefreshInterval is { IsPositiveOrZero: true, Days: < 366, Seconds: < 366 * 86_400 } interval
            ? TimeSpan.FromDays(interval.Days) + TimeSpan.FromSeconds(interval.Seconds)
            : (TimeSpan?)null;
        await database.WriteAsync(
            (Feeds: feeds, Feed: feed, Response: response, Now: now, Next: now + (long)pause(asked).TotalSeconds, Asked: asked, Document: document, Name: name),
            static (session, state) =>
            {
                state.Feeds.RecordApplied(
                    session, state.Feed.Id, state.Response, state.Now, state.Next, state.Asked, state.Document.Series.Count, state.Document.Problems, !state.Document.IsTruncated, state.Name);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        if (document.IsTruncated)
            throw new FeedFailure("broken-off", "The calendar breaks off before its end. What arrived is shown, and nothing was removed.");
        return new(document.Series.Count, changed, removed, document.Problems.Count, document.Problems.Items);
    }

    /// <summary>What a calendar calls itself, as a name of one here; null when it does not.</summary>
    internal static string? ShortName(string? name)
    {
        name = name?.ReplaceLineEndings(" ").Trim();
        return string.IsNullOrEmpty(name) ? null : name[..Math.Min(name.Length, FieldRules.MaxNameLength)];
    }
}
