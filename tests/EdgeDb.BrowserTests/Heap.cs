using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>
/// What the scripts of a page hold. The number that browsers tell of the whole heap also counts compiled code, which grows for hours as functions get warm, and with a test at the other
/// end what its network agent writes down: 288 bytes for every request, which was all that grew steadily.
/// </summary>
internal sealed class Heap
{
    private static readonly FrozenSet<string> OfScripts = ["object", "array", "closure", "string", "concatenated string", "sliced string", "regexp", "number", "symbol", "bigint"];

    private readonly ICDPSession _session;
    private int _underWay;

    private Heap(ICDPSession session) => _session = session;

    /// <summary>Before the page is opened, as it counts what the page asks for. Its requests wait without a limit: on a clock that runs fast, each limit would be held for hours.</summary>
    public static async Task<Heap> OfAsync(IPage page)
    {
        await page.AddInitScriptAsync("AbortSignal.timeout = () => new AbortController().signal");
        var heap = new Heap(await page.Context.NewCDPSessionAsync(page));
        page.Request += (_, request) => heap.Count(request, 1);
        page.RequestFinished += (_, request) => heap.Count(request, -1);
        page.RequestFailed += (_, request) => heap.Count(request, -1);
        return heap;
    }

    /// <summary>Bytes, once nothing is under way.</summary>
    public async Task<long> BytesAsync()
    {
        do
            await _session.SendAsync("HeapProfiler.collectGarbage");
        while (Volatile.Read(ref _underWay) > 0);
        using var snapshot = JsonDocument.Parse(await SnapshotAsync());
        var meta = snapshot.RootElement.GetProperty("snapshot").GetProperty("meta");
        var fields = meta.GetProperty("node_fields").EnumerateArray().Select(static field => field.GetString()).ToList();
        var types = meta.GetProperty("node_types")[0].EnumerateArray().Select(static type => type.GetString()!).ToList();
        var (type, size) = (fields.IndexOf("type"), fields.IndexOf("self_size"));
        long sum = 0;
        var (at, counts) = (0, false);
        foreach (var value in snapshot.RootElement.GetProperty("nodes").EnumerateArray())
        {
            if (at == type)
                counts = OfScripts.Contains(types[value.GetInt32()]);
            else if (at == size && counts)
                sum += value.GetInt64();
            at = (at + 1) % fields.Count;
        }

        return sum;
    }

    private void Count(IRequest request, int by)
    {
        // The stream of changes never ends.
        if (!request.Url.EndsWith("/api/changes", StringComparison.Ordinal))
            Interlocked.Add(ref _underWay, by);
    }

    private async Task<string> SnapshotAsync()
    {
        var text = new StringBuilder();
        var chunks = _session.Event("HeapProfiler.addHeapSnapshotChunk");
        chunks.OnEvent += Take;
        await _session.SendAsync("HeapProfiler.takeHeapSnapshot", new() { ["reportProgress"] = false });
        chunks.OnEvent -= Take;
        return text.ToString();

        void Take(object? sender, JsonElement? chunk) => text.Append(chunk!.Value.GetProperty("chunk").GetString());
    }
}
