using EdgeDb.Api;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Storage;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>
/// Memory, temperature and storage of the board for who looks. That takes about ten small files of the kernel, so however many pages are open they are read once in two
/// seconds.
/// </summary>
internal sealed class MachineReadings(EdgeDbOptions options, SqliteDatabase database, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly long _started = time.GetTimestamp();
    private readonly MemoryProbe _memory = new("/");
    private readonly TemperatureProbe _temperature = new("/");
    private MachineBody? _latest;
    private long _readAt;

    public MachineBody Read()
    {
        lock (_gate)
        {
            if (_latest is null || time.GetElapsedTime(_readAt) >= Kept)
                (_latest, _readAt) = (Look(), time.GetTimestamp());
            return _latest;
        }
    }

    private MachineBody Look()
    {
        var memory = _memory.Read();
        var (total, free) = Disk();
        return new(
            ProgramVersion.Text,
            (long)time.GetElapsedTime(_started).TotalSeconds,
            _temperature.ReadCelsius(),
            new(memory.LimitBytes, memory.AvailableBytes, memory.PressurePercent, Environment.WorkingSet),
            new(total, free, database.FileSizeBytes, database.LogSizeBytes, database.WriteQueueLength));
    }

    private (long? Total, long? Free) Disk()
    {
        try
        {
            var disk = new DriveInfo(options.Data);
            return (disk.TotalSize, disk.AvailableFreeSpace);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, null);
        }
    }
}
