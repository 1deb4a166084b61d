using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EdgeDb.Core.Privacy;

/// <summary>Writes <c>person.json</c> piece by piece.</summary>
internal sealed class PersonJson : IAsyncDisposable
{
    private const int FlushAtBytes = 16 * 1024;

    private readonly PipeWriter _output;

    public PersonJson(PipeWriter output)
    {
        _output = output;
        // It is a file for people: letters stay letters.
        Writer = new Utf8JsonWriter((IBufferWriter<byte>)output, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Writer.WriteStartObject();
    }

    /// <summary>Within the object of the document.</summary>
    public Utf8JsonWriter Writer { get; }

    /// <summary>To be called between the items of a list: gives on what has been written.</summary>
    public async ValueTask PaceAsync(CancellationToken ct)
    {
        if (Writer.BytesPending + _output.UnflushedBytes < FlushAtBytes)
            return;
        await Writer.FlushAsync(ct).ConfigureAwait(false);
        await _output.FlushAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Unix seconds as <c>2026-01-05T08:00:00Z</c>; null for none.</summary>
    public void Instant(string name, long? seconds)
    {
        if (seconds is { } value and >= 0 and <= 253_402_300_799)
            Writer.WriteString(name, DateTimeOffset.FromUnixTimeSeconds(value).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        else
            Writer.WriteNull(name);
    }

    public async ValueTask DisposeAsync()
    {
        Writer.WriteEndObject();
        await Writer.DisposeAsync().ConfigureAwait(false);
    }
}
