import type { Backups, Certificate, Job, Machine, SecurityWarning } from '../api/appliance';
import type { EmergencyReason, Feed, Readiness } from '../api/types';

const dayMs = 86_400_000;
const mebibyte = 1024 * 1024;

/** Less free storage than this is told before it is an emergency. */
const littleStorageBytes = 200 * mebibyte;
const littleMemoryBytes = 64 * mebibyte;
/** Below what the service itself calls an emergency (85 °C), where a Raspberry Pi begins to slow down. */
const warmCelsius = 75;
const oldBackupMs = 3 * dayMs;
const soonMs = 21 * dayMs;

/** What the service warns an owner of. */
const warningKinds = ['new-device', 'many-failures', 'session-stolen', 'chain-broken', 'certificate-expiring', 'unusual-queries'] as const;
type WarningKind = (typeof warningKinds)[number] | 'other';

/** Something that somebody should know; the words for it are in the catalogues, as `finding.*`. */
export type Finding =
  | { kind: 'emergency'; reason: EmergencyReason }
  | { kind: 'incident'; id: number; text: string }
  | { kind: 'feed'; id: string; name: string; detail: string }
  | { kind: 'server'; name: string; reason: string; isolated: boolean }
  | { kind: 'noBackup' }
  | { kind: 'oldBackup'; takenAt: number }
  | { kind: 'drill'; detail: string }
  | { kind: 'noRecoveryKey' }
  | { kind: 'certificate'; until: number; ofAuthority: boolean }
  | { kind: 'warning'; sequence: number; warning: WarningKind; text: string }
  | { kind: 'job'; job: Job }
  | { kind: 'storage'; freeBytes: number }
  | { kind: 'memory'; availableBytes: number }
  | { kind: 'warm'; celsius: number };

export interface Known {
  readiness: Readiness | null;
  machine: Machine | null;
  jobs: readonly Job[];
  feeds: readonly Feed[];
  warnings: readonly SecurityWarning[] | null;
  backups: Backups | null;
  certificates: readonly Certificate[];
}

/** What needs attention, the most urgent first; empty when all is well. What is an emergency is not told a second time as a warning of it. */
export function findingsOf(known: Known, now: number): Finding[] {
  const { readiness, machine, jobs, feeds, warnings, backups, certificates } = known;
  const found: Finding[] = [];
  const emergencies = new Set((readiness?.emergency?.reasons ?? []).map(({ reason }) => reason));
  for (const reason of emergencies) found.push({ kind: 'emergency', reason });
  for (const { id, text } of readiness?.incidents ?? []) found.push({ kind: 'incident', id, text });
  for (const { sequence, kind, text, acknowledged } of warnings ?? []) {
    const warning = warningKinds.find((known) => known === kind) ?? 'other';
    if (!acknowledged) found.push({ kind: 'warning', sequence, warning, text: text ?? '' });
  }
  for (const { name, state, reason } of readiness?.upstreams ?? []) {
    if (state === 'unreachable' || state === 'isolated') found.push({ kind: 'server', name, reason: reason ?? '', isolated: state === 'isolated' });
  }
  for (const { id, name, state, error } of feeds) {
    if (state === 'failing') found.push({ kind: 'feed', id, name, detail: error?.detail ?? '' });
  }
  for (const job of jobs) {
    if (job.state === 'failed') found.push({ kind: 'job', job });
  }
  if (backups) found.push(...ofBackups(backups, (machine?.uptimeSeconds ?? 0) * 1000, now));
  for (const { authorityUntil, certificateUntil } of certificates) {
    const [authority, own] = [Date.parse(authorityUntil), Date.parse(certificateUntil)];
    if (authority - now < soonMs) found.push({ kind: 'certificate', until: authority, ofAuthority: true });
    else if (own - now < soonMs / 3) found.push({ kind: 'certificate', until: own, ofAuthority: false });
  }
  const { celsius, memory, storage } = machine ?? {};
  if (!emergencies.has('disk-full') && (storage?.freeBytes ?? Infinity) < littleStorageBytes) found.push({ kind: 'storage', freeBytes: storage!.freeBytes! });
  if (!emergencies.has('memory') && (memory?.availableBytes ?? Infinity) < littleMemoryBytes) found.push({ kind: 'memory', availableBytes: memory!.availableBytes! });
  if (!emergencies.has('temperature') && (celsius ?? 0) >= warmCelsius) found.push({ kind: 'warm', celsius: celsius! });
  return found;
}

function ofBackups(backups: Backups, uptimeMs: number, now: number): Finding[] {
  const found: Finding[] = [];
  const newest = backups.items[0];
  // The first one is taken within the first day.
  if (!newest && uptimeMs > dayMs) found.push({ kind: 'noBackup' });
  if (newest && now - Date.parse(newest.takenAt) > oldBackupMs) found.push({ kind: 'oldBackup', takenAt: Date.parse(newest.takenAt) });
  if (backups.drill?.failure) found.push({ kind: 'drill', detail: backups.drill.failure });
  if (newest && !backups.recoveryKey) found.push({ kind: 'noRecoveryKey' });
  return found;
}

/** What is no trouble, only good to do once: all is well all the same. */
export const isAdvice = ({ kind }: Finding): boolean => kind === 'noRecoveryKey';

/** Names it among all, and stays while its numbers change: a card that somebody uses is not to be made anew under their finger. */
export function keyOf(finding: Finding): string {
  switch (finding.kind) {
    case 'emergency':
      return `${finding.kind} ${finding.reason}`;
    case 'incident':
    case 'feed':
      return `${finding.kind} ${finding.id}`;
    case 'server':
      return `${finding.kind} ${finding.name}`;
    case 'warning':
      return `${finding.kind} ${finding.sequence}`;
    case 'job':
      return `${finding.kind} ${finding.job.kind} ${finding.job.name}`;
    case 'certificate':
      return `${finding.kind} ${finding.ofAuthority} ${finding.until}`;
    default:
      return finding.kind;
  }
}
