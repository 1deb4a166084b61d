using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.IO.Pipelines;
using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Privacy;

/// <summary>A zip that is sent while it is written: no file of it ever lies on the card, and of its content no more is in memory than a buffer.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Only CompleteAsync ends the archive: closing it for a failure would make a sound zip of half an export.")]
internal sealed class PersonArchive
{
    // The format counts years from it.
    private static readonly DateTimeOffset Earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PipeWriter _output;
    private readonly ZipArchive _zip;
    private readonly DateTimeOffset _at;

    public PersonArchive(PipeWriter output, DateTimeOffset at)
    {
        _output = output;
        _zip = new(new PipeStream(output), ZipArchiveMode.Create, leaveOpen: true);
        _at = at < Earliest ? Earliest : at;
    }

    /// <summary>Adds a file, once the one before is complete.</summary>
    public async ValueTask AddAsync(string name, Func<PipeWriter, CancellationToken, ValueTask> write, CancellationToken ct)
    {
        var entry = _zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = _at;
        var content = entry.Open();
        await using (content.ConfigureAwait(false))
        {
            var pipe = PipeWriter.Create(content, new(leaveOpen: true));
            await write(pipe, ct).ConfigureAwait(false);
            await pipe.CompleteAsync().ConfigureAwait(false);
        }

        await _output.FlushAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Adds a file of events or tasks that are read a page at a time; none when there are none.</summary>
    /// <param name="name">Of the file.</param>
    /// <param name="read">Reads the page behind <see cref="Page.Next"/> of the one before, of the first behind an empty text.</param>
    /// <param name="ct">Cancels.</param>
    public async ValueTask AddCalendarAsync(string name, Func<string, CancellationToken, ValueTask<Page>> read, CancellationToken ct)
    {
        var page = await read("", ct).ConfigureAwait(false);
        while (page is { Texts.Count: 0, Next: { } next })
            page = await read(next, ct).ConfigureAwait(false);
        if (page.Texts.Count == 0)
            return;
        await AddAsync(
            name,
            async (output, token) =>
            {
                var writer = new CalendarWriter(output);
                writer.Begin("VCALENDAR");
                writer.WriteSimple("VERSION", "2.0");
                writer.WriteSimple("PRODID", "-//EdgeDb//EdgeDb//EN");
                for (var current = page; ; current = await read(current.Next, token).ConfigureAwait(false))
                {
                    foreach (var text in current.Texts)
                        await output.WriteAsync(text, token).ConfigureAwait(false);
                    if (current.Next is null)
                        break;
                }

                writer.End("VCALENDAR");
                await output.FlushAsync(token).ConfigureAwait(false);
            },
            ct).ConfigureAwait(false);
    }

    /// <summary>Writes the directory of the zip. One that was cut off has none, and no program takes it for a whole one.</summary>
    public async ValueTask CompleteAsync(CancellationToken ct)
    {
        _zip.Dispose();
        await _output.FlushAsync(ct).ConfigureAwait(false);
    }

    /// <param name="Texts">VEVENTs or VTODOs.</param>
    /// <param name="Next">Behind what to read on; null at the end.</param>
    internal sealed record Page(List<byte[]> Texts, string? Next);

    /// <summary>The archive writes some of its bytes synchronously, which a server's body does not take; these wait in the pipe for the next flush, and are few.</summary>
    private sealed class PipeStream(PipeWriter output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => output.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer.AsSpan(offset, count));

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            output.Write(buffer.Span);
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
