namespace EdgeDb.Core.Tests.Connections.Limits;

/// <summary>A folder that looks like /proc and /sys of some machine.</summary>
internal sealed class KernelFiles : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("edgedb-kernel-").FullName;

    public KernelFiles Write(string path, string content)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return this;
    }

    /// <summary>/proc/meminfo as Linux 6 writes it.</summary>
    public KernelFiles WriteMachine(long totalKiB, long availableKiB) => Write(
        "proc/meminfo",
        $"""
        MemTotal:       {totalKiB} kB
        MemFree:           61424 kB
        MemAvailable:   {availableKiB} kB
        Buffers:           28956 kB
        Cached:           174744 kB
        SwapCached:            0 kB
        Active:           106712 kB

        """);

    /// <summary>A PSI file as Linux writes it.</summary>
    public KernelFiles WritePressure(string path, double some) => Write(
        path,
        FormattableString.Invariant($"some avg10={some:0.00} avg60=1.31 avg300=0.44 total=7318562\nfull avg10=0.00 avg60=0.02 avg300=0.01 total=12034\n"));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
