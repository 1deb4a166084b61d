namespace EdgeDb.Api;

// The shapes of /api/machine and /api/backups in /openapi/v1.json.

internal sealed record MachineMemoryBody(long? LimitBytes, long? AvailableBytes, double? PressurePercent, long ProcessBytes);

internal sealed record MachineStorageBody(long? TotalBytes, long? FreeBytes, long DatabaseBytes, long LogBytes, int WritesWaiting);

internal sealed record MachineBody(string Version, long UptimeSeconds, double? Celsius, MachineMemoryBody Memory, MachineStorageBody Storage);

internal sealed record BackupBody(string Name, string TakenAt, long SizeBytes);

internal sealed record DrillBody(string At, string? Failure);

internal sealed record BackupList(IReadOnlyList<BackupBody> Items, string? Next, string Folder, bool RecoveryKey, DrillBody? Drill);
